"""The accuracy that the page shows."""

import pyarrow as pa
import pytest

from cbal.labeling.measured import accuracies_of, latest
from cbal.storage.files import write_table


@pytest.fixture
def measured(tmp_path):
    """Metrics of rounds 1 and 2; those of round 3 are damaged, and those of round 4 empty."""
    for round, rows in {1: [0.5], 2: [0.75], 3: [1.0], 4: []}.items():
        path = tmp_path / "mine" / "cluster" / "seed-1" / f"round-{round}" / "metrics.parquet"
        path.parent.mkdir(parents=True)
        write_table(path, pa.table({"test_accuracy": pa.array(rows, pa.float64())}))
        if round == 3:
            path.write_bytes(path.read_bytes()[:-9])
    return accuracies_of(tmp_path / "mine")


def test_the_accuracy_of_a_round_is_read_where_there_is_one(measured):
    read = [measured("cluster", 1, round) for round in (1, 2, 3, 4, 5)]
    assert read == [0.5, 0.75, None, None, None]
    assert measured("cluster", 0, 1) is None


def test_the_latest_round_counts_with_its_gain_and_wilson_s_interval(measured):
    accuracy = latest(measured, ("cluster", 1), 3, 8)
    assert (accuracy.share, accuracy.points) == (0.75, 25)
    assert (accuracy.low, accuracy.high) == pytest.approx((0.4093, 0.9285), abs=1e-4)
    assert latest(measured, ("cluster", 1), 1, 8).points is None
    assert latest(measured, ("cluster", 1), 2, 0) is None
    assert latest(measured, ("cluster", 1), 5, 8) is None
