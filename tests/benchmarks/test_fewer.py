"""The comparison of what scenarios need, on curves made by hand."""

import numpy as np
import pytest

from benchmarks import fewer
from cbal.storage.files import write_table

CURVES = {  # two seeds each: accuracies after 100, 200 and 300 interactions
    "margin": ([0.70, 0.80, 0.90], [0.70, 0.82, 0.88]),
    "random": ([0.60, 0.70, 0.80], [0.60, 0.70, 0.80]),
    "new": ([0.80, 0.90, 0.95], [0.84, 0.88, 0.95]),
    "falls": ([0.95, 0.95, 0.70], [0.95, 0.95, 0.70]),
}


@pytest.fixture
def file(tmp_path):
    import pyarrow as pa

    keys = {"dataset": "d", "seed": 0, "images": 1000}
    counts = {"refusals_individual": 0, "refusals_cluster": 0}
    counts |= {"images_shown": 0, "images_taken_out": 0}
    counts |= {"right_individual": 300, "right_cluster": 200, "right_predicted": 400}
    supervised = {"scenario": "supervised", "round": 0, "test_accuracy": 0.86}
    whole = {"interactions": 1000, "interactions_individual": 1000}
    rows = [keys | supervised | whole | counts]
    for scenario, seeds in CURVES.items():
        for seed, curve in enumerate(seeds):
            for round, accuracy in enumerate(curve, start=1):
                n = {"interactions": 100 * round, "interactions_individual": 100 * round}
                own = {"scenario": scenario, "seed": seed, "round": round}
                rows.append(keys | own | {"test_accuracy": accuracy} | n | counts)
    rows = [row | {"interactions_cluster": 0, "hours": 0.0} for row in rows]
    write_table(tmp_path / "metrics.parquet", pa.Table.from_pylist(rows))
    return tmp_path / "metrics.parquet"


def test_the_mean_curve_crosses_the_goal_between_rounds(file):
    table = fewer.compare(fewer.read(file, "D")).set_index("scenario")
    assert table.loc["margin", "crossing"] == pytest.approx(250)  # 0.81 and 0.89, goal 0.85
    assert table.loc["new", "crossing"] == pytest.approx(100 + 100 * 3 / 7)  # 0.82 and 0.89
    assert np.isinf(table.loc["random", "crossing"])
    assert np.isinf(table.loc["falls", "crossing"])  # below the goal at the end
    assert table.loc["new", "ratio"] == pytest.approx((100 + 300 / 7) / 250)
    assert table.index[0] == "new"
    assert table.loc["margin", "hours"] == pytest.approx(250 * 4.2 / 3600)
    assert table.loc["margin", "right"] == pytest.approx(0.9)
    assert table.loc["margin", "slow"] == pytest.approx(250 * 17.6 / 3600)


def test_seeds_are_paired_with_the_best_to_beat(file):
    table = fewer.compare(fewer.read(file, "D")).set_index("scenario")
    assert table.loc["margin", "gaps"] == [0, 0]
    areas = {
        name: [np.mean([(a + b) / 2, (b + c) / 2]) for a, b, c in seeds]
        for name, seeds in CURVES.items()
    }
    expected = np.subtract(areas["new"], areas["margin"])
    np.testing.assert_allclose(table.loc["new", "gaps"], expected)


def test_the_table_and_the_figure(file, tmp_path, capsys):
    picture = tmp_path / "figure.png"
    words = ["--figure", str(picture), "--scenarios", "new", "--most", "200"]
    fewer.main([f"EuroSAT=takes out={file}", *words])
    printed = capsys.readouterr().out
    assert "## EuroSAT=takes out" in printed
    assert "| new | 2 | 200 ± 0 (2 of 2) | 143 | 0.57 |" in printed
    assert "| random | 2 | not reached |" in printed
    assert picture.stat().st_size > 0


def test_a_curve_that_is_never_below_the_goal_crosses_it_at_its_first_point():
    x, accuracy = np.array([10.0, 20.0]), np.array([0.9, 0.9])
    assert fewer.crossing(x, accuracy, 0.8) == 10
    assert np.isnan(fewer.crossing(x, accuracy, 0.95))
