"""Features and probabilities of a tiny pool, by the script that extracts them."""

from dataclasses import replace

import numpy as np
import pytest

import extract_features
from cbal.errors import InputError
from cbal.storage.files import read_table
from tests.cli.stages import CLUSTER, RANDOM, Run


def test_initial_features_are_of_every_training_sample_without_probabilities(run):
    features = read_table(run.extract(1)[0])
    assert features["sample_id"].to_pylist() == list(range(48))
    assert features["probability"].null_count == 48
    assert features.schema.field("feature").type.list_size == 256


@pytest.mark.parametrize(
    "factor, type_", [(1, "halffloat"), (1e-9, "float"), (1e6, "float"), (1e-26, "float")]
)
def test_features_are_stored_as_wide_as_their_range_needs(run, monkeypatch, factor, type_):
    scale_features(monkeypatch, lambda x, _: x * np.float32(factor))
    file = run.extract(1)[0]
    feature = read_table(file)["feature"]
    assert feature.type.value_type == type_
    assert len({tuple(row) for row in feature.to_pylist()}) == 48
    assert len(read_table(run.round(1, CLUSTER) / "1/query.parquet")) == 48


def test_features_that_stop_to_fit_are_computed_again(run, monkeypatch, capsys):
    monkeypatch.setattr("cbal.storage.feature_files.ROWS", 8)
    starts = []

    def grow(x, first):
        starts.append(first)
        return x if first else x * np.float32(1e6)

    scale_features(monkeypatch, grow, size=8)
    feature = read_table(run.extract(1)[0])["feature"]
    assert feature.type.value_type == "float"
    assert starts == [True, False, *[True] + [False] * 5]
    assert "computing them again for float32" in capsys.readouterr().err


@pytest.mark.parametrize("factor, what", [(0, "all zero"), (np.inf, "not finite numbers")])
def test_features_without_information_end_in_a_line(run, monkeypatch, factor, what):
    scale_features(monkeypatch, lambda x, _: (1 + abs(x)) * np.float32(factor))
    with pytest.raises(InputError, match=f"{what}.*: give convnet pretrained `weights:`"):
        run.extract(1)
    assert not list(run.folder.rglob("features*.parquet"))


def scale_features(monkeypatch, scale, size=48):
    """Let extraction scale features, depending on whether a batch is the first one."""
    extract = extract_features.extract

    def scaled(model, batches, execution):
        parts = extract(model, batches, replace(execution, batch_size=size))
        for number, (feature, probability) in enumerate(parts):
            yield scale(feature, number == 0), probability

    monkeypatch.setattr(extract_features, "extract", scaled)


def test_labeled_samples_features_are_written_where_they_are_wanted(run):
    run.round(1, RANDOM)
    labeled = set(read_table(run.folder / "round-1/1/query.parquet")["sample_id"].to_pylist())
    run.train(1)
    assert not labeled & set(read_table(run.extract(2)[0])["sample_id"].to_pylist())
    run.extraction = ["--labeled"]
    assert read_table(run.extract(2)[0])["sample_id"].to_pylist() == list(range(48))


class TestSeveralPasses:
    TERMS = ["expected_entropy", "variation_ratio", "mean_std"]

    def features(self, run):
        return read_table(run.extract(2)[0])

    def test_one_pass_has_no_terms(self, run):
        run.round(1, RANDOM)
        run.train(1)
        assert all(self.features(run)[name].null_count == 42 for name in self.TERMS)

    def test_dropout(self, run):
        run.round(1, RANDOM)
        run.train(1, "--dropout", "0.5")
        one = self.features(run)
        run.extraction = ["--dropout", "0.5", "--passes", "5"]
        features, again = self.features(run), self.features(run)
        assert features.equals(again)
        assert features["feature"].equals(one["feature"])
        assert not features["probability"].equals(one["probability"])
        for name in self.TERMS:
            assert features.schema.field(name).type == "float"
            assert features[name].null_count == 0
        assert set(np.round(5 * features["variation_ratio"].to_numpy()) % 1) == {0}

    def test_members_of_an_ensemble_differ_from_the_start(self, run):
        run.round(1, RANDOM)
        run.train(1)
        folders = [run.train_member(1, member) for member in (1, 2)]
        assert not list(run.folder.rglob("member-*/metrics.parquet"))
        timing = read_table(folders[0] / "timing.parquet")
        assert timing["stage"].to_pylist() == ["training"]
        alone = []
        for path in (run.model, *run.members):
            part = Run(run.data, run.folder / path.parent.name)
            part.pool, part.model = run.pool, path
            alone.append(np.array(self.features(part)["probability"].to_pylist()))
        assert not np.allclose(alone[1], alone[0], atol=1e-3)
        assert not np.allclose(alone[1], alone[2], atol=1e-3)
        features = self.features(run)
        mean = np.array(features["probability"].to_pylist())
        np.testing.assert_allclose(mean, np.mean(alone, axis=0), rtol=1e-5)
        assert features["mean_std"].null_count == 0
