"""Rounds that train a network from a named module on, by their command lines."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import compute_activations
from cbal.errors import InputError
from cbal.models.model import load_model
from cbal.storage.feature_files import read_features
from cbal.storage.files import open_images
from tests.cli.stages import CLUSTER, ENTROPY, MODEL, Run

FROM = [*MODEL, "--trainable", "6"]


def compute(prepared, out, *model):
    compute_activations.main(
        ["--dataset", "tiny", *model, "--images", f"{prepared}/images.npy"]
        + ["--index", f"{prepared}/index.parquet", "--out", str(out), "--timing", f"{out}.timing"]
    )


@pytest.fixture(scope="module")
def activations(prepared, tmp_path_factory):
    """Activations of the tiny data set in a network with random weights."""
    out = tmp_path_factory.mktemp("activations") / "activations.npy"
    compute(prepared, out, *FROM)
    return out


class FromModule(Run):
    """A run whose stages get activations in place of images."""

    initial = FROM

    def fit(self, out, round, *extra, pool=True):
        return super().fit(out, round, *extra, "--trainable", "6", pool=pool)


@pytest.fixture
def run(prepared, activations, tmp_path):
    """A run in a folder whose `images.npy` are the activations."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("index.parquet", "truth.parquet", "pool-0.parquet"):
        (data / name).write_bytes((prepared / name).read_bytes())
    (data / "images.npy").write_bytes(activations.read_bytes())
    return FromModule(data, tmp_path)


def test_every_sample_of_all_splits_is_computed(prepared, activations):
    inputs = open_images(activations)
    assert (inputs.shape, inputs.dtype) == ((60, 2, 2, 64), np.float16)
    (timing,) = pq.read_table(f"{activations}.timing").to_pylist()
    assert (timing["scenario"], timing["stage"]) == ("encoded", "extraction")


def test_rounds_never_see_an_image(run):
    for round in (1, 2):
        run.round(round, ENTROPY, CLUSTER)
        (row,) = run.train(round, "--epochs", "10")
    assert row["test_accuracy"] > 0.5
    model, spec = load_model(run.model)
    assert spec.trainable == "6"
    assert set(model.state_dict()) == {"6.weight", "6.bias", "9.weight", "9.bias"}


def test_members_and_dropout(run):
    run.round(1, CLUSTER)
    run.train(1, "--dropout", "0.5")
    run.train_member(1, 1)
    columns = ["probability", "expected_entropy"]
    (together,) = run.extract(2)
    assert read_features(Path(together), np.arange(48), columns)["expected_entropy"].max() > 0
    run.members, run.extraction = [], ["--dropout", "0.5", "--passes", "4"]
    (passes,) = run.extract(3)
    assert read_features(Path(passes), np.arange(48), columns)["expected_entropy"].max() > 0


def test_the_supervised_baseline_and_a_pool_without_a_label(run):
    (row,) = run.train(0, "--epochs", "10", pool=False)
    assert row["test_accuracy"] > 0.5
    (row,) = run.train(1)
    assert row["interactions"] == 0


def test_what_cannot_be_is_told(prepared, activations, run, tmp_path):
    with pytest.raises(InputError, match="--flip mirrors images"):
        run.train(0, "--flip", pool=False)
    with pytest.raises(InputError, match="trainable '99': .* as 3, 6, 9$"):
        compute(prepared, tmp_path / "a.npy", *MODEL, "--trainable", "99")
    with pytest.raises(InputError, match="trainable 'all': name a module"):
        compute(prepared, tmp_path / "a.npy", *MODEL)
    with pytest.raises(InputError, match="trainable '6' needs a file of activations"):
        FromModule(prepared, tmp_path).train(0, pool=False)
    assert not (tmp_path / "a.npy").exists()


def test_a_frozen_part_with_random_weights_is_told(prepared, tmp_path, capsys):
    compute(prepared, tmp_path / "a.npy", *FROM)
    said = capsys.readouterr().err
    assert "what is before 6 has random weights and is never trained" in said
    assert "activations 60 x 2 x 2 x 64, float16: 0.0 MB" in said
