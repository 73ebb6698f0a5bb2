"""Rounds that verify doubtful labels, by their command lines."""

import numpy as np
import pyarrow.parquet as pq
import pytest

import annotate
import find_suspects
import query
import update_pool
from cbal.errors import InputError
from cbal.storage.encoded import write_encoded
from cbal.storage.files import metadata_of, read_table
from tests.cli.stages import CLUSTER, Run

VERIFY = ["--strategy", "cbal.strategies.verify:select", "--needs", "doubt"]
VERIFY += ["--kind", "individual"]


class Verifying(Run):
    """A round of clusters with wrong labels, and then a step that verifies some."""

    def round(self, round, n=6):
        files = super().round(round, CLUSTER) / "1"
        self.given = read_table(self.pool)
        so_far = ["--pool", f"{self.data}/pool-0.parquet"]
        so_far += ["--queries", f"{files}/query.parquet"]
        so_far += ["--annotations", f"{files}/annotations.parquet"]
        suspects, out = self.folder / "suspects.parquet", self.folder / "2"
        find_suspects.main(
            [*self.keys(round), *so_far, "--features", *self.extract(round), "--l2", "1"]
            + ["--out", str(suspects)]
        )
        keys = self.keys(round, "2-verify")
        asked, answered = f"{out}/query.parquet", f"{out}/annotations.parquet"
        query.main(
            [*keys, *so_far, *VERIFY, "--features", str(suspects), "--interactions", str(n)]
            + ["--out", asked]
        )
        super().annotate(keys, asked, answered, ())
        update_pool.main(
            [*self.keys(round), *so_far[:3], so_far[3], asked, so_far[4], so_far[5], answered]
            + ["--out", str(self.pool)]
        )
        return read_table(suspects), read_table(asked), read_table(self.pool)

    def annotate(self, keys, asked, answered, earlier):
        truth = ["--truth", f"{self.data}/truth.parquet", "--error-rates", "0", "1"]
        words = ["--query", str(asked), "--purity", "0.5", "--out", str(answered)]
        annotate.main([*keys, *truth, *words])


@pytest.fixture
def verified(prepared, tmp_path):
    run = Verifying(prepared, tmp_path)
    return run, *run.round(1)


def test_the_most_suspect_labels_are_asked_again_and_replaced(verified, prepared):
    run, suspects, asked, pool = verified
    shown = asked["sample_id"].to_pylist()
    assert shown == suspects["sample_id"].to_pylist()[:6]
    assert metadata_of(asked)["verifies"]
    truth = read_table(prepared / "truth.parquet")["label"].to_numpy()
    before, after = run.given.to_pylist(), pool.to_pylist()
    for sample in shown:
        assert before[sample]["label_kind"] == "cluster"
        assert before[sample]["label"] != truth[sample]
        assert after[sample]["label_kind"] == "individual"
        assert after[sample]["label"] == truth[sample]
        assert after[sample]["verified"]
    others = [row for row in after if row["sample_id"] not in shown]
    assert not any(row["verified"] for row in others)
    metadata = metadata_of(pool)
    assert metadata["interactions_individual"] == len(shown)


def test_suspects_come_from_features_of_any_regime(prepared, verified, tmp_path):
    run, suspects, _, _ = verified
    table = pq.read_table(run.folder / "features-1.parquet")
    feature = np.array(table["feature"].to_pylist(), np.float16)
    write_encoded(tmp_path / "features.npy", len(feature), [feature])
    files = run.folder / "round-1/1"
    words = [*run.keys(1), "--pool", f"{prepared}/pool-0.parquet", "--l2", "1"]
    words += ["--queries", f"{files}/query.parquet", "--out", str(tmp_path / "suspects.parquet")]
    words += ["--annotations", f"{files}/annotations.parquet"]
    find_suspects.main([*words, "--encoded", str(tmp_path / "features.npy")])
    assert read_table(tmp_path / "suspects.parquet").equals(suspects)
    write_encoded(tmp_path / "short.npy", 2, [np.eye(2, dtype=np.float16)])
    with pytest.raises(InputError, match="lacks samples of the pool"):
        find_suspects.main([*words, "--encoded", str(tmp_path / "short.npy")])
