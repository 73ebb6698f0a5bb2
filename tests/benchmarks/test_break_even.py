"""Tests of the figure that asks whether a cluster is worth its seconds."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.break_even import main, worth


def rounds(scenario, accuracy, clusters, seconds=0.0, seed=0, oracle="usual"):
    """Return the rounds of a run that asks ten questions a round, `clusters` of them of clusters.

    Every question takes 4.2 seconds by the defaults, and clusters so many more.
    """
    number = np.arange(1, len(accuracy) + 1)
    hours = (42 * number + seconds * clusters * number) / 3600
    return pd.DataFrame(
        {
            "data": "digits",
            "oracle": oracle,
            "scenario": scenario,
            "seed": seed,
            "round": number,
            "accuracy": accuracy,
            "interactions": 10 * number,
            "clusters": clusters * number,
            "quick": hours,
            "hours": hours,
            "slow": hours,
        }
    )


def test_a_cluster_is_worth_the_images_that_it_saves():
    # 0.7 after 30 images, or after 10 images and 10 clusters: a cluster is worth 2 images.
    single = rounds("uncertain", [0.5, 0.6, 0.7, 0.8], 0)
    mixed = rounds("uncertain+cluster", [0.6, 0.7, 0.9], 5, seconds=8.4)
    table = worth(mixed, single)
    assert table["accuracy"].iloc[[0, -1]].tolist() == pytest.approx([0.6, 0.8])
    at = np.abs(table["accuracy"] - 0.7).argmin()
    near = table.iloc[at]
    # A cluster takes 4.2 + 8.4 seconds, as three images do.
    assert near["worth"] == pytest.approx(2, abs=0.1)
    assert near["hours"] == pytest.approx(3)


def test_a_fall_of_the_curve_counts_from_its_best():
    single = rounds("uncertain", [0.5, 0.7, 0.6, 0.8], 0)
    table = worth(rounds("uncertain+cluster", [0.5, 0.8], 5), single)
    assert table["worth"].iloc[-1] == pytest.approx((40 - 10) / 10)


def test_curves_that_share_no_accuracy_have_no_answer():
    low, high = rounds("uncertain", [0.1, 0.2], 0), rounds("uncertain+cluster", [0.5, 0.6], 5)
    assert worth(high, low).empty


def test_the_figure_is_drawn(tmp_path):
    oracles = ["usual", "sees 9, nearest", "takes out, purity 0.6"]
    parts = [rounds("uncertain", [0.5, 0.7, 0.8], 0)]
    parts += [rounds("uncertain+cluster", [0.6, 0.75], 5, oracle=oracle) for oracle in oracles]
    pd.concat(parts).to_parquet(tmp_path / "curves.parquet")
    main([str(tmp_path / "curves.parquet"), "--out", str(tmp_path / "even.png")])
    assert (tmp_path / "even.png").stat().st_size > 10_000
