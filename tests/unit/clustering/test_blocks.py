import numpy as np

from cbal.clustering.blocks import BLOCK, unit, workers


def test_blocks_are_one_below_the_other_whatever_the_threads():
    x = np.random.default_rng(0).normal(size=(2 * BLOCK + 7, 3)).astype(np.float16)
    weights = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
    places = []

    def product(block, rows):
        places.append(rows.start)
        assert (block == x[rows]).all()
        return block @ weights

    results = []
    for threads in (1, 3):
        with workers(threads) as share:
            results.append(share.over(x, product))
    np.testing.assert_allclose(results[0], x.astype(np.float32) @ weights, rtol=1e-5, atol=1e-6)
    assert (results[0] == results[1]).all()
    assert sorted(places) == sorted(2 * [0, BLOCK, 2 * BLOCK])


def test_lengths():
    x = np.array([[3, 4], [0, 0]], np.float16)
    with workers(1) as share:
        assert share.squared_norms(x).tolist() == [25, 0]
    np.testing.assert_allclose(unit(x.astype(np.float32)), [[0.6, 0.8], [0, 0]], rtol=1e-6)
