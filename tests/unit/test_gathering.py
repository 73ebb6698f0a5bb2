import pyarrow as pa
import pytest

from cbal.errors import InputError
from cbal.files import write_table
from cbal.gathering import gather


@pytest.fixture
def results(tmp_path):
    """Folder of two scenarios x two seeds x two rounds, and a baseline."""

    def put(folder, scenario, seed, round, accuracy):
        row = {"dataset": "d", "scenario": scenario, "seed": seed, "round": round}
        table = pa.Table.from_pylist([{**row, "test_accuracy": accuracy}])
        write_table(tmp_path / "d" / scenario / f"seed-{seed}" / folder / "metrics.parquet", table)

    for seed in (0, 1):
        for round in (1, 2, 10):
            put(f"round-{round}", "random", seed, round, 0.1 * round)
            put(f"round-{round}", "cluster", seed, round, 0.2)
        put(".", "supervised", seed, 0, 1.0)
    return tmp_path


def keys(table):
    return [(r["scenario"], r["seed"], r["round"]) for r in table.to_pylist()]


def test_rows_are_in_the_sweep_s_order_and_of_the_sweep_alone(results):
    table = gather(results, ["d"], ["random", "cluster"], {0}, 2, "whole")
    assert keys(table) == [
        ("random", 0, 1),
        ("random", 0, 2),
        ("cluster", 0, 1),
        ("cluster", 0, 2),
        ("supervised", 0, 0),
    ]
    assert keys(gather(results, ["d"], ["random"], {1}, 10, "whole"))[2] == ("random", 1, 10)


def test_a_missing_run_is_named_unless_some_will_do(results):
    with pytest.raises(InputError, match="no metrics of d, random, seed 2"):
        gather(results, ["d"], ["random"], {0, 2}, 2, "whole")
    assert len(gather(results, ["d"], ["random"], {0, 2}, 2, "some")) == 3


def test_nothing_at_all_says_what_to_run(results):
    with pytest.raises(InputError, match="no metrics of this sweep yet"):
        gather(results, ["e"], ["random"], {0}, 2, "some")
