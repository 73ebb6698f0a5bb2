"""Probabilities of the latest model, from whichever of its files there are."""

import numpy as np
import pytest

from cbal.labeling.review.predicted import Predicted
from cbal.learning.linear_head import LinearHead, save_heads
from cbal.storage.encoded import write_encoded
from cbal.storage.feature_files import to_batch, write_features

N = 6


@pytest.fixture
def results(tmp_path):
    return tmp_path / "d"


def put(results, name, samples, value, classes=2):
    probability = np.full((len(samples), classes), value, np.float32)
    batch = to_batch(np.array(samples), None, probability, classes)
    write_features(results / "s" / "seed-0" / name, [batch])


def test_without_a_model_nothing_is_known(results):
    assert Predicted(results, N)("s", 0, 4) is None


def test_the_latest_round_s_files_count_and_the_wider_one_first(results):
    put(results, "round-1/predictions.parquet", range(6), 0.1)
    put(results, "round-2/predictions.parquet", [0, 1], 0.2)
    put(results, "round-2/probabilities.parquet", [1, 2], 0.3)
    known = Predicted(results, N)("s", 0, 3)
    assert known[:3, 0].tolist() == pytest.approx([0.2, 0.3, 0.3])
    assert np.isnan(known[3:]).all()


def test_a_round_that_brings_another_model_is_noticed(results):
    predicted = Predicted(results, N)
    put(results, "round-1/predictions.parquet", [0], 0.1)
    assert predicted("s", 0, 2)[0, 0] == pytest.approx(0.1)
    put(results, "round-2/features.parquet", [0], 0.4)  # of the model of round 1
    assert predicted("s", 0, 2)[0, 0] == pytest.approx(0.4)
    assert predicted("t", 0, 2) is None


def test_heads_are_asked_about_every_image(results):
    features = np.eye(N, 3, dtype=np.float32)
    write_encoded(results / "encoded" / "features.npy", N, [features])
    head = LinearHead(np.array([[9, 0], [0, 9], [0, 0]], np.float32), np.zeros(2, np.float32))
    run = results / "s" / "seed-0"
    (run / "round-1").mkdir(parents=True)
    save_heads(run / "round-1" / "model.safetensors", [head])
    known = Predicted(results, N)("s", 0, 1)
    assert known.shape == (N, 2)
    assert known[0, 0] > 0.99
    assert known[1, 1] > 0.99
    assert not np.isnan(known).any()


def test_files_that_do_not_fit_are_passed_over(results):
    put(results, "round-1/predictions.parquet", range(6), 0.5)
    path = results / "s" / "seed-0" / "round-2" / "predictions.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half a file")
    assert Predicted(results, N)("s", 0, 2)[0, 0] == pytest.approx(0.5)
