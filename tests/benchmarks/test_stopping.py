import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from benchmarks import annotators, stopping
from cbal.stopping.rules import MEASURES, RULES
from cbal.storage.files import write_table


def run(kappas, accuracies, **more):
    rows = [
        {"dataset": "d", "scenario": "s", "seed": 0, "round": n, "interactions": 10 * n}
        | dict.fromkeys(MEASURES, np.nan)
        | {"kappa": kappa, "uncertainty": 0.5, "test_accuracy": accuracy}
        | more
        for n, (kappa, accuracy) in enumerate(zip(kappas, accuracies, strict=True), start=1)
    ]
    return pd.DataFrame(rows)


KAPPAS = [np.nan, 1.0, 1.0, 1.0, 0.5, 1.0]
ACCURACIES = [0.5, 0.6, 0.8, 0.8, 0.9, 0.9]


@pytest.mark.parametrize(
    ("goal", "after", "early"), [(0.7, 10, 0), (0.85, -10, 1), (0.95, np.nan, 1)]
)
def test_a_stop_against_the_goal_by_hand(goal, after, early):
    """It stops after round 4, at 40 interactions; the goals are reached at 30, at 50, or never."""
    found = stopping.judge(run(KAPPAS, ACCURACIES), RULES["kappa"], goal)
    assert found == {
        "stops": 1,
        "interactions": 40,
        "after": pytest.approx(after, nan_ok=True),
        "early": early,
        "missed": pytest.approx(0.1),
    }


def test_a_rule_that_never_stops_spends_everything():
    found = stopping.judge(run(KAPPAS, ACCURACIES), RULES["uncertainty"], 0.85)
    assert (found["stops"], found["early"], found["after"], found["missed"]) == (0, 0, 10, 0)


def test_the_table_of_a_sweep_and_of_an_archive_without_predictions(tmp_path, capsys):
    baseline = run([np.nan], [0.9], scenario="supervised").drop(columns=[*MEASURES])
    rows = pd.concat([run(KAPPAS, ACCURACIES), baseline])
    write_table(tmp_path / "metrics.parquet", pa.Table.from_pandas(rows, preserve_index=False))
    old = run(KAPPAS, ACCURACIES, scenario="old").drop(columns=[*MEASURES])
    (tmp_path / "archive/d/old").mkdir(parents=True)
    write_table(
        tmp_path / "archive/d/old/seed-0.parquet", pa.Table.from_pandas(old, preserve_index=False)
    )
    stopping.main([str(tmp_path / "metrics.parquet"), str(tmp_path / "archive")])
    said = capsys.readouterr().out
    assert "| d | s | kappa | 1 of 1 | 1 of 1 | 40 | -10 (1 of 1) | 0.1000 |" in said
    assert "| d | s | uncertainty | 0 of 1 | 0 of 1 | 60 | +10 (1 of 1) | 0.0000 |" in said
    assert "Without predictions, so left out: old of d." in said


def test_no_metrics_are_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        stopping.main([str(tmp_path)])
    assert caught.value.code == 1
    assert capsys.readouterr().err.startswith("error: no metrics of this sweep yet")


def test_digits_without_a_sweep(capsys):
    stopping.main(["--seeds", "1", "--rounds", "2"])
    rows = capsys.readouterr().out.splitlines()[2:]
    assert len(rows) == len(annotators.SCENARIOS) * len(RULES)
    assert all(" 0 of 1 " in row or " 1 of 1 " in row for row in rows)
