import numpy as np
import pytest

from cbal.pool.uncertainty import of_samples
from cbal.results.figures.uncertainty import means_of, uncertainty_figure
from cbal.storage.files import write_table


@pytest.fixture
def paths(tmp_path):
    """Files of two rounds and two seeds; the pool of a third round has ended."""
    paths = []
    for number, (seed, round) in enumerate([(0, 2), (0, 3), (1, 2), (1, 3), (1, 4)]):
        keys = {"dataset": "a", "scenario": "s", "seed": seed, "round": round}
        paths.append(tmp_path / f"{number}.parquet")
        kinds = np.arange(6, dtype=np.float32).reshape(3, 2) / round + seed
        table = of_samples(np.arange(2), kinds)
        write_table(paths[-1], table.slice(0, 0 if round == 4 else 2), **keys)
    return paths


def test_means_over_the_pool_by_run_and_round(paths):
    means = means_of(paths)
    assert means[["seed", "round"]].to_numpy().tolist() == [[0, 2], [0, 3], [1, 2], [1, 3]]
    np.testing.assert_allclose(means["aleatoric"], [1.25, 2.5 / 3, 2.25, 1 + 2.5 / 3])
    np.testing.assert_allclose(means["epistemic"], [2.25, 4.5 / 3, 3.25, 1 + 4.5 / 3], rtol=1e-6)


def test_the_curves_are_means_over_seeds(paths):
    figure = uncertainty_figure(means_of(paths), {"a": "Letters"})
    left, right = figure.axes
    assert left.get_title() == right.get_title() == "Letters"
    assert left.get_xlabel() == "round"
    np.testing.assert_allclose(left.lines[0].get_ydata(), [1.75, 0.5 + 2.5 / 3])
    np.testing.assert_allclose(right.lines[0].get_ydata(), [2.75, 0.5 + 4.5 / 3], rtol=1e-6)


def test_without_a_pool_the_figure_says_so(tmp_path):
    path = tmp_path / "empty.parquet"
    write_table(path, of_samples(np.arange(0), np.zeros((3, 0))), dataset="a")
    figure = uncertainty_figure(means_of([path]), {})
    assert "No pool" in figure.get_suptitle()
