import pyarrow as pa
import pytest

from cbal.errors import InputError
from cbal.results.gathering import gather, metrics_files
from cbal.storage.files import write_table


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


def folders(results, *names):
    return [results / "d" / name for name in names]


def test_rows_are_in_the_order_of_the_runs_and_up_to_the_sweep_s_rounds(results):
    runs = folders(results, "random/seed-0", "cluster/seed-0", "supervised/seed-0")
    assert keys(gather(metrics_files(runs, 2))) == [
        ("random", 0, 1),
        ("random", 0, 2),
        ("cluster", 0, 1),
        ("cluster", 0, 2),
        ("supervised", 0, 0),
    ]
    assert keys(gather(metrics_files(folders(results, "random/seed-1"), 10))) == [
        ("random", 1, 1),
        ("random", 1, 2),
        ("random", 1, 10),
    ]


def test_a_finished_run_is_a_file(results):
    whole = gather(metrics_files(folders(results, "random/seed-0"), 2))
    write_table(results / "d/random/seed-0/run.parquet", whole)
    files = metrics_files(folders(results, "random/seed-0/run.parquet", "no/seed-0.parquet"), 2)
    assert gather(files).equals(whole)


def test_what_is_missing_is_left_out(results):
    assert len(metrics_files(folders(results, "random/seed-0", "random/seed-2"), 2)) == 2


def test_nothing_at_all_says_what_to_run(results):
    with pytest.raises(InputError, match="no metrics of this sweep yet"):
        gather(metrics_files(folders(results, "other/seed-0"), 2))
