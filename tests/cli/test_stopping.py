"""Rounds that stop by a rule, by their command lines."""

from pathlib import Path

import numpy as np
import pytest

import decide_stop
import extract_features
import query
import update_pool
from cbal.pool.rounds import read_pool
from cbal.stopping.settling import sample_of
from cbal.storage.feature_files import read_features
from cbal.storage.files import read_table
from tests.cli.stages import CLUSTER, ENTROPY, Run


@pytest.fixture
def ahead(prepared, tmp_path):
    """A run with two rounds, each with its predictions."""
    run = Run(prepared, tmp_path)
    for round in (1, 2):
        run.round(round, ENTROPY, CLUSTER, n=4)
        run.train(round, "--predictions", str(tmp_path / f"predictions-{round}.parquet"))
    return run


def decide(run, round, rule, *words):
    out = run.folder / f"stopping-{round}.parquet"
    files = [str(run.folder / f"predictions-{n}.parquet") for n in (1, 2)]
    decide_stop.main(
        [*run.keys(round), "--predictions", *files, "--rule", rule, *words, "--out", str(out)]
    )
    (row,) = read_table(out).to_pylist()
    return out, row


def test_predictions_are_those_of_the_model_for_the_fixed_sample(ahead):
    pool = read_pool(ahead.pool)
    path = ahead.folder / "predictions-2.parquet"
    ids = sample_of(pool, "tiny", 0)
    assert ids.tolist() == pool.sample_id[pool.unlabeled].tolist()  # the pool is small
    assert read_table(path)["sample_id"].to_pylist() == ids.tolist()
    (features,) = ahead.extract(3)
    files = (path, Path(features))
    one, other = (read_features(file, ids, ["probability"]) for file in files)
    np.testing.assert_allclose(one["probability"], other["probability"], atol=1e-6)


def test_predictions_change_nothing_else(ahead, prepared, tmp_path):
    other = Run(prepared, tmp_path / "other")
    other.round(1, ENTROPY, CLUSTER, n=4)
    other.train(1)
    name = "train-1/metrics.parquet"
    assert (other.folder / name).read_bytes() == (ahead.folder / name).read_bytes()


def test_a_round_after_the_stop_asks_nothing_and_keeps_every_label(ahead, capsys):
    verdict, row = decide(ahead, 2, "gain", "--at", "1", "--over", "1")
    assert row["stopped"]
    assert row["mean"] == row["gain"]
    assert row["outlook"] is None  # too early
    assert "limit 1: stop" in capsys.readouterr().err
    before, stop = read_table(ahead.pool), ["--stopping", str(verdict)]
    features = ahead.folder / "features-3.parquet"
    extract_features.main(
        [*ahead.keys(3), "--pool", str(ahead.pool), "--model", str(ahead.model), *stop]
        + ["--images", f"{ahead.data}/images.npy", "--index", f"{ahead.data}/index.parquet"]
        + ["--out", str(features), "--timing", f"{features}.timing"]
    )
    assert len(read_table(features)) == 0
    asked, answered = (ahead.folder / f"3/{name}.parquet" for name in ("query", "annotations"))
    keys = ahead.keys(3, "1-x")
    query.main(
        [*keys, "--pool", str(ahead.pool), *CLUSTER, *ahead.labels, *stop]
        + ["--features", str(features), "--interactions", "4", "--out", str(asked)]
    )
    assert len(read_table(asked)) == 0
    ahead.annotate(keys, asked, answered, ([], []))
    after = ahead.folder / "pool-3.parquet"
    update_pool.main(
        [*ahead.keys(3), "--pool", str(ahead.pool), *ahead.labels, "--out", str(after)]
        + ["--queries", str(asked), "--annotations", str(answered)]
    )
    assert read_table(after).equals(before)
    assert read_pool(after).ended
    ahead.pool = after
    predictions = ahead.folder / "predictions-3.parquet"
    assert ahead.train(3, "--predictions", str(predictions)) == []
    assert len(read_table(predictions)) == 0


def test_a_rule_that_is_not_met_goes_on(ahead):
    verdict, row = decide(ahead, 2, "kappa")
    assert not row["stopped"]
    assert row["mean"] is None
    assert row["uncertainty"] > 0
