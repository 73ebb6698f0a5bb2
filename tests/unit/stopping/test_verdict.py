from cbal.stopping.rules import RULES
from cbal.stopping.verdict import has_stopped, verdict_of
from cbal.storage.files import write_table

KEYS = {"dataset": "d", "scenario": "s", "seed": 0, "round": 4}
NO_GAIN = {"kappa": 0.995, "changed": 0.01, "gain": 0.001, "uncertainty": 0.2}
FIRST = {"kappa": None, "changed": None, "gain": None, "uncertainty": 0.5}
MEASURED = {1: FIRST, 2: NO_GAIN, 3: NO_GAIN, 4: NO_GAIN}


def put(path, table):
    write_table(path, table)
    return path


def test_a_round_has_its_measures_and_the_mean_that_decides():
    (row,) = verdict_of(KEYS, RULES["kappa"], MEASURED).to_pylist()
    assert row == {**KEYS, **NO_GAIN, "mean": row["mean"], "at": 0.99, "stopped": True} | {
        "outlook": "another round would probably bring less than half a point of accuracy"
    }
    assert abs(row["mean"] - 0.995) < 1e-12
    (row,) = verdict_of(KEYS, RULES["uncertainty"], MEASURED).to_pylist()
    assert (row["mean"], row["stopped"]) == (0.2, False)


def test_a_run_that_has_stopped_stays_so(tmp_path):
    stopped = put(tmp_path / "4.parquet", verdict_of(KEYS, RULES["kappa"], MEASURED))
    assert has_stopped(stopped)
    later = verdict_of(KEYS | {"round": 5}, RULES["kappa"], MEASURED, [stopped])
    assert has_stopped(put(tmp_path / "5.parquet", later))
    (row,) = later.to_pylist()
    assert row["kappa"] is row["mean"] is row["outlook"] is None


def test_what_earlier_rounds_would_say_is_not_said_again_of_a_round_that_asked_nothing(tmp_path):
    open_ = put(tmp_path / "4.parquet", verdict_of(KEYS, RULES["uncertainty"], MEASURED))
    later = verdict_of(KEYS | {"round": 5}, RULES["kappa"], MEASURED, [open_])
    assert later["stopped"].to_pylist() == [False]


def test_without_a_rule_no_run_has_stopped():
    assert not has_stopped(None)
