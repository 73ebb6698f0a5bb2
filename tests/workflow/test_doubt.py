"""A sweep that looks for doubtful labels and samples, run by Snakemake."""

import pyarrow.parquet as pq
import pytest

from cbal.storage.files import read_table
from tests.workflow.conftest import TINY


@pytest.fixture(scope="module")
def doubting(fresh, tmp_path_factory):
    """A finished sweep of two scenarios. Of 21 clusters in ten classes, some share a class."""
    project = fresh.copy(tmp_path_factory.mktemp("doubt") / "project")
    project.configure(
        datasets__tiny=TINY["dataset"] | {"interactions": 24},
        scenarios__checked={"steps": [{"strategy": "cluster", "share": 7}, "verify"]}
        | {"suspects": True, "oracle": {"purity": 0.3}},
        scenarios__committee={"steps": ["cluster"], "members": 2, "uncertainty": True},
        sweeps__tiny__scenarios=["checked", "committee"],
        sweeps__tiny__supervised=False,
    )
    project.run()
    return project


def test_labels_of_clusters_are_verified_one_by_one(doubting):
    run = doubting.path / "results/tiny/checked/seed-0"
    verified = set()
    for number in (1, 2):
        suspects = read_table(run / f"round-{number}/step-2-verify/suspects.parquet")
        shown = read_table(run / f"round-{number}/step-2-verify/query.parquet")["sample_id"]
        assert shown.to_pylist() == suspects["sample_id"].to_pylist()[:3]
        assert not verified & set(shown.to_pylist())
        verified |= set(shown.to_pylist())
        pool = read_table(run / f"round-{number}/pool.parquet").to_pylist()
        individual = {row["sample_id"] for row in pool if row["label_kind"] == "individual"}
        assert individual == verified
        left = read_table(run / f"round-{number}/suspects.parquet")["sample_id"].to_pylist()
        labeled = {row["sample_id"] for row in pool if row["label"] is not None}
        assert set(left) <= labeled - verified
    metrics = pq.read_table(run / "run.parquet").to_pylist()
    assert [row["images_individual"] for row in metrics] == [3, 6]


def test_the_uncertainty_of_the_pool_is_written_and_drawn(doubting):
    run = doubting.path / "results/tiny/committee/seed-0"
    assert not (run / "round-1/uncertainty.parquet").exists()  # there is no model yet
    samples = read_table(run / "round-2/uncertainty.parquet")
    clusters = read_table(run / "round-2/uncertainty-clusters.parquet")
    assert len(samples) == sum(clusters["size"].to_pylist()) == 60
    assert any(samples["epistemic"].to_pylist())
    assert (doubting.path / "results/sweeps/tiny/figures/uncertainty.png").exists()


def test_a_list_that_is_no_longer_wanted_reruns_nothing(doubting, tmp_path):
    assert not doubting.jobs()
    project = doubting.copy(tmp_path / "project")
    project.configure(scenarios__committee__uncertainty=False, scenarios__checked__suspects=False)
    assert not project.jobs()
