"""Each script's command line on a tiny pool."""

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

import annotate
import extract_features
import init_pool
import prepare_data
import query
import train
import update_pool
from cbal.errors import InputError
from cbal.storage.files import metadata_of, read_table
from tests.conftest import write_class_folders

MODEL = ["--architecture", "convnet", "--image-size", "8"]
SGD = ["--epochs", "1", "--batch-size", "16", "--learning-rate", "0.05"]
SGD += ["--momentum", "0.9", "--weight-decay", "0.0005"]
CLUSTER = ["--strategy", "cbal.strategies.cluster:select", "--needs", "features"]
CLUSTER += ["--kind", "cluster", "--settings", '{"iterations": 5}']
ENTROPY = ["--strategy", "cbal.strategies.entropy:select", "--needs", "probabilities"]
ENTROPY += ["--kind", "individual"]
RANDOM = ["--strategy", "cbal.strategies.random_choice:select", "--needs"]
RANDOM += ["--kind", "individual"]


class Run:
    """The stages of one run, called by their command lines in a folder."""

    def __init__(self, prepared, folder, cluster_labels="reask"):
        self.data, self.folder = prepared, folder
        self.labels = ["--cluster-labels", cluster_labels]
        self.pool = prepared / "pool-0.parquet"
        self.model, self.members = None, []
        self.extraction, self.pseudo = [], []

    def keys(self, round, *step):
        keys = ["--dataset", "tiny", "--scenario", "s", "--seed", "0", "--round", str(round)]
        return keys + ["--step", *step] if step else keys

    def round(self, round, *steps, n=6):
        """Run a round with these (strategy arguments) as steps, up to the new pool."""
        out = self.folder / f"round-{round}"
        features = self.extract(round) if any(CLUSTER[1] in s or self.model for s in steps) else []
        queries, annotations = [], []
        for i, strategy in enumerate(steps, 1):
            asked, answered = out / f"{i}/query.parquet", out / f"{i}/annotations.parquet"
            query.main(
                [*self.keys(round, f"{i}-x"), "--pool", str(self.pool), *strategy, *self.labels]
                + ["--queries", *queries, "--annotations", *annotations]
                + ["--features", *features, "--interactions", str(n), "--out", str(asked)]
            )
            self.annotate(self.keys(round, f"{i}-x"), asked, answered, (queries, annotations))
            queries.append(str(asked))
            annotations.append(str(answered))
        pool = out / "pool.parquet"
        update_pool.main(
            [*self.keys(round), "--pool", str(self.pool), *self.labels, "--out", str(pool)]
            + ["--queries", *queries, "--annotations", *annotations]
            + (["--pseudo-labels", *self.pseudo, "--features", *features] if self.pseudo else [])
        )
        self.pool = pool
        return out

    def annotate(self, keys, asked, answered, earlier):
        truth = ["--truth", f"{self.data}/truth.parquet"]
        annotate.main(
            [*keys, *truth, "--query", str(asked), "--purity", "0.8", "--out", str(answered)]
        )

    def extract(self, round):
        out = self.folder / f"features-{round}.parquet"
        how = ["--pool", str(self.pool), *self.extraction] if self.model else MODEL
        how = [*how, "--model", *(str(model) for model in (self.model, *self.members) if model)]
        extract_features.main(
            [*self.keys(round), *how, "--images", f"{self.data}/images.npy", "--out", str(out)]
            + ["--index", f"{self.data}/index.parquet", "--timing", f"{out}.timing"]
        )
        return [str(out)]

    def train(self, round, *extra, pool=True):
        out = self.folder / f"train-{round}"
        metrics = out / "metrics.parquet"
        self.model = self.fit(out, round, *extra, "--metrics", str(metrics), pool=pool)
        self.members = []
        return pq.read_table(metrics).to_pylist()

    def train_member(self, round, member):
        """Train another member of an ensemble, which is not evaluated."""
        out = self.folder / f"train-{round}/member-{member}"
        self.members.append(self.fit(out, round, "--member", str(member), "--metrics"))
        return out

    def fit(self, out, round, *extra, pool=True):
        train.main(
            [*self.keys(round), *MODEL, *SGD, *extra, "--model", f"{out}/model.safetensors"]
            + (["--pool", str(self.pool)] if pool else ["--pool"])
            + [word for name in ("index", "truth") for word in (f"--{name}", self.file(name))]
            + ["--images", f"{self.data}/images.npy", "--timing", f"{out}/timing.parquet"]
        )
        return out / "model.safetensors"

    def file(self, name):
        return f"{self.data}/{name}.parquet"


@pytest.fixture
def run(prepared, tmp_path):
    return Run(prepared, tmp_path)


def test_prepared_files_are_those_of_the_contract(prepared):
    index, truth = (read_table(prepared / f"{name}.parquet") for name in ("index", "truth"))
    images = np.load(prepared / "images.npy", mmap_mode="r")
    assert images.shape == (60, 8, 8, 3)
    assert index["split"].to_pylist() == ["train"] * 48 + ["test"] * 12
    assert index["sample_id"].to_pylist() == truth["sample_id"].to_pylist() == list(range(60))
    assert truth.schema.field("label").type == "int16"
    metadata = {
        "dataset": "tiny",
        "classes": ["bright", "dark", "medium"],
        "published_splits": [],
        "images": {"train": 48, "test": 12, "validation": 0},
    }
    assert metadata_of(truth) == metadata
    assert metadata_of(index) == {
        **metadata,
        "decoding": {"background": "white", "values": None, "pixels": 250_000_000},
        "left_out": {},
        "findings": {"duplicates": {}, "across": {}, "flat": 0, "warnings": []},
    }
    # The brightness of an image tells its class, so images and truth are in the same order.
    brightness = images.mean((1, 2, 3))
    assert [int(np.digitize(b, [80, 165])) for b in brightness] == [
        {"dark": 0, "medium": 1, "bright": 2}[["bright", "dark", "medium"][label]]
        for label in truth["label"].to_pylist()
    ]


def test_two_rounds_of_uncertain_and_cluster(run):
    out = run.round(1, ENTROPY, CLUSTER)
    first = run.train(1)
    assert len(first) == 1
    assert first[0]["interactions_individual"] == 6
    assert 1 <= first[0]["interactions_cluster"] <= 6
    assert first[0]["images"] == 48
    step = read_table(out / "2/query.parquet")
    assert metadata_of(step) == {
        "dataset": "tiny",
        "scenario": "s",
        "seed": 0,
        "round": 1,
        "step": "2-x",
    }
    alone = set(read_table(out / "1/query.parquet")["sample_id"].to_pylist())
    assert len(alone) == 6
    assert not alone & set(step["sample_id"].to_pylist())

    run.round(2, ENTROPY, CLUSTER)
    features = read_table(run.folder / "features-2.parquet")
    assert len(features) == 42  # the unlabeled pool at the start of round 2
    probability = np.array(features["probability"].to_pylist())
    np.testing.assert_allclose(probability.sum(1), 1, rtol=1e-5)
    second = run.train(2)[0]
    assert second["interactions_individual"] == 12
    assert second["images_individual"] == 12
    assert 0 <= second["test_accuracy"] <= 1
    timing = pq.read_table(run.folder / "train-2/timing.parquet").to_pylist()
    assert [row["stage"] for row in timing] == ["training", "evaluation"]
    assert all(row["seconds"] > 0 and row["images_per_second"] > 0 for row in timing)


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
    """Let extraction scale what it finds, given whether a batch is the first one."""
    extract = extract_features.extract

    def scaled(model, batches, execution):
        parts = extract(model, batches, replace(execution, batch_size=size))
        for number, (feature, probability) in enumerate(parts):
            yield scale(feature, number == 0), probability

    monkeypatch.setattr(extract_features, "extract", scaled)


def test_round_one_draws_the_same_random_samples_for_every_scenario(run, prepared, tmp_path):
    uncertain = run.round(1, ENTROPY, n=4) / "1/query.parquet"
    other = Run(prepared, tmp_path / "other")
    mixed = other.round(1, CLUSTER, ENTROPY, n=4) / "2/query.parquet"
    random = Run(prepared, tmp_path / "random").round(1, RANDOM, n=4) / "1/query.parquet"
    drawn = [read_table(path)["sample_id"].to_pylist() for path in (uncertain, mixed, random)]
    assert drawn[0] == drawn[1] == drawn[2]


def test_a_scenario_that_exhausts_its_pool_ends_cleanly(run):
    asked = []
    for round in (1, 2, 3, 4):
        out = run.round(round, ENTROPY, n=20)
        asked.append(len(read_table(out / "1/annotations.parquet")))
        metrics = run.train(round)
        assert len(metrics) == (asked[-1] > 0)
    assert asked == [20, 20, 8, 0]


def test_under_keep_a_cluster_label_lasts(prepared, tmp_path):
    run = Run(prepared, tmp_path, "keep")
    labels = []
    for round in (1, 2, 3):
        run.round(round, CLUSTER)
        pool = read_table(run.pool).to_pylist()
        labels.append({r["sample_id"]: r["label"] for r in pool if r["label"] is not None})
        run.train(round)
    assert labels[0].items() <= labels[1].items() <= labels[2].items()


def test_the_supervised_baseline_counts_every_image(run):
    (metrics,) = run.train(0, pool=False)
    assert metrics["interactions"] == metrics["images_individual"] == metrics["images"] == 48
    assert metrics["cluster_accuracy"] is None


def test_a_round_without_any_label_is_evaluated_all_the_same(run):
    run.round(1, CLUSTER, n=1)  # one cluster of everything: refused
    (metrics,) = run.train(1)
    assert metrics["interactions"] == 1
    assert metrics["images_cluster"] == 0


def test_same_seed_same_bytes(prepared, tmp_path):
    for name in ("a", "b"):
        run = Run(prepared, tmp_path / name)
        for round in (1, 2):
            run.round(round, ENTROPY, CLUSTER)
            run.train(round)
    files = [p for p in (tmp_path / "a").rglob("*") if p.is_file() and "timing" not in p.name]
    assert len(files) > 12
    for file in files:
        twin = tmp_path / "b" / file.relative_to(tmp_path / "a")
        assert file.read_bytes() == twin.read_bytes(), file.name


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


def test_labeled_samples_features_are_written_where_they_are_wanted(run):
    run.round(1, RANDOM)
    labeled = set(read_table(run.folder / "round-1/1/query.parquet")["sample_id"].to_pylist())
    run.train(1)
    assert not labeled & set(read_table(run.extract(2)[0])["sample_id"].to_pylist())
    run.extraction = ["--labeled"]
    assert read_table(run.extract(2)[0])["sample_id"].to_pylist() == list(range(48))


class TestPseudoLabels:
    def rounds(self, run, threshold):
        run.round(1, ENTROPY)
        run.train(1)
        run.pseudo = [str(threshold), "0"]
        pools = []
        for round in (2, 3):
            run.round(round, ENTROPY)
            pools.append(read_table(run.pool).to_pylist())
            (metrics,) = run.train(round)
        return pools, metrics

    def test_they_train_one_round_and_cost_nothing(self, run):
        (second, third), metrics = self.rounds(run, 10)  # everything is below
        for pool, round in ((second, 2), (third, 3)):
            kinds = [row["label_kind"] for row in pool]
            assert kinds.count("individual") == 6 * round
            assert kinds.count("pseudo") == 48 - 6 * round
            rows = [row for row in pool if row["label_kind"] == "pseudo"]
            assert {(row["labeled_round"], row["interaction"]) for row in rows} == {(round, None)}
        assert metrics["interactions"] == 18
        assert metrics["images_pseudo"] == 30
        truth = read_table(run.file("truth"))["label"].to_pylist()
        right = [row["label"] == truth[row["sample_id"]] for row in rows]
        assert metrics["pseudo_accuracy"] == np.mean(right)

    def test_where_the_model_is_sure_of_nothing_there_are_none(self, run):
        _, metrics = self.rounds(run, 1e-9)
        assert metrics["images_pseudo"] == 0
        assert metrics["pseudo_accuracy"] is None


class TestStrategyOfOnesOwn:
    """A file somewhere, as `path/to/file.py:select`."""

    NEAREST = """
from cbal.strategies.base import one_by_one

def select(candidates, n, rng, threads, first=True):
    order = candidates.sample_id if first else candidates.sample_id[::-1]
    return one_by_one(order[:n], order[:n])
"""

    def step(self, folder, text=NEAREST, settings="{}"):
        (folder / "own.py").write_text(text)
        return ["--strategy", f"{folder}/own.py:select", "--needs", "--kind", "individual"] + [
            "--settings",
            settings,
        ]

    def test_it_is_loaded_from_its_file(self, run, tmp_path):
        out = run.round(1, self.step(tmp_path), self.step(tmp_path, settings='{"first": false}'))
        asked = [read_table(out / f"{i}/query.parquet")["sample_id"].to_pylist() for i in (1, 2)]
        assert asked == [[0, 1, 2, 3, 4, 5], [47, 46, 45, 44, 43, 42]]

    @pytest.mark.parametrize("wrong", ["order[:1].repeat(n)", "order[:n] + 100", "order[: n + 1]"])
    def test_a_choice_that_cannot_be_is_refused(self, run, tmp_path, wrong):
        text = self.NEAREST.replace("order[:n], order[:n]", f"{wrong}, {wrong}")
        with pytest.raises(InputError, match="distinct candidates in at most 6 interactions"):
            run.round(1, self.step(tmp_path, text))

    def test_a_cold_start_takes_none_of_its_settings(self, run, tmp_path):
        step = self.step(tmp_path, settings='{"first": false}')
        step[3:3] = ["probabilities"]
        asked = read_table(run.round(1, step, n=4) / "1/query.parquet")
        drawn = Run(run.data, tmp_path / "random").round(1, RANDOM, n=4) / "1/query.parquet"
        assert asked["sample_id"].equals(read_table(drawn)["sample_id"])


class TestBadInput:
    def test_more_interactions_than_images(self, prepared, tmp_path):
        with pytest.raises(InputError, match="49 interactions a round, but only 48 training"):
            init_pool.main(
                ["--dataset", "tiny", "--scenario", "s", "--seed", "0", "--interactions", "49"]
                + ["--index", f"{prepared}/index.parquet", "--out", f"{tmp_path}/p.parquet"]
            )

    def test_a_truncated_pool_is_named(self, run):
        run.round(1, RANDOM)
        run.pool.write_bytes(run.pool.read_bytes()[:-20])
        with pytest.raises(InputError, match="round-1/pool.parquet: not a whole Parquet file"):
            run.train(1)

    def test_a_loss_that_is_no_number_leaves_no_file(self, run):
        run.round(1, CLUSTER)
        with pytest.raises(InputError, match="learning_rate"):
            run.train(1, "--learning-rate", "1e9", "--epochs", "9")
        assert not (run.folder / "train-1").exists()

    def test_a_gpu_out_of_memory_names_the_setting(self, run, monkeypatch):
        def full(*_):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

        run.round(1, RANDOM)
        monkeypatch.setattr(train, "fit", full)
        with pytest.raises(InputError, match="`training: batch_size:` of tiny smaller than 16"):
            run.train(1)

    def test_one_class(self, tmp_path):
        folder = write_class_folders(tmp_path / "images", {"only": 9})
        with pytest.raises(InputError, match="one class only"):
            prepare_data.main(
                ["--dataset", "d", "--source", "folder", "--path", str(folder)]
                + [w for n in ("index", "truth", "images") for w in (f"--{n}", f"{tmp_path}/{n}")]
            )

    def test_settings_are_json_and_reach_the_strategy(self, run):
        with pytest.raises(InputError, match="nonsense"):
            run.round(1, [*CLUSTER[:-1], json.dumps({"nonsense": 1})])
