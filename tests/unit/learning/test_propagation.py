import numpy as np
import pytest

from cbal.learning.propagation import graph as graph_of
from cbal.learning.propagation import neighbours_of, propagate


def graph(x, neighbours):
    return graph_of(*neighbours_of(x, neighbours))


def direction(*degrees):
    angle = np.radians(degrees)
    return np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)


def seeds(n, labels):
    """Labels and weights of n samples, of which some are given."""
    label, weight = np.full(n, -1, np.int16), np.zeros(n, np.float32)
    for row, given in labels.items():
        label[row], weight[row] = given, 1
    return label, weight


def test_the_graph_by_hand():
    x = direction(0, 10, 60) * np.array([[3], [1], [0.1]], np.float32)  # lengths do not matter
    c, d = np.cos(np.radians(10)) ** 3, np.cos(np.radians(50)) ** 3
    # 0 and 1 are nearest to each other, and 1 is nearest to 2.
    edges = np.array([[0, 2 * c, 0], [2 * c, 0, d], [0, d, 0]])
    sums = np.sqrt(edges.sum(axis=1))
    np.testing.assert_allclose(graph(x, 1).toarray(), edges / sums / sums[:, None], atol=1e-5)


def test_the_graph_is_symmetric_and_joins_no_sample_with_itself():
    x = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float16)
    x[50:100] = x[0]  # more duplicates than neighbours
    joined = graph(x, 5)
    assert abs(joined - joined.T).max() == pytest.approx(0, abs=1e-7)
    assert not joined.diagonal().any()
    assert 200 * 5 <= joined.nnz <= 2 * 200 * 5
    assert abs(np.linalg.eigvalsh(joined.toarray())).max() < 1 + 1e-5


def test_labels_are_those_of_the_closed_form():
    x = np.random.default_rng(1).normal(size=(60, 4))
    joined = graph(x, 5)
    label, weight = seeds(60, {0: 0, 1: 1, 2: 2, 3: 1})
    weight[3] = 0.5
    given = np.zeros((60, 3))
    given[[0, 1, 2, 3], [0, 1, 2, 1]] = [1, 2 / 3, 1, 1 / 3]  # each class has a mass of 1
    reach = np.linalg.solve(np.eye(60) - 0.9 * joined.toarray(), given)
    share = reach / reach.sum(axis=1, keepdims=True)
    found, certainty = propagate(joined, label, weight, 3, 0.9)
    assert found.tolist() == reach.argmax(axis=1).tolist()
    entropy = -(share * np.log(np.where(share > 0, share, 1))).sum(axis=1)
    np.testing.assert_allclose(certainty, 1 - entropy / np.log(3), atol=1e-3)


def test_labels_stay_on_their_side_and_do_not_reach_another_part():
    x = np.concatenate([direction(*range(0, 20, 2)), -direction(*range(0, 20, 2))])
    joined = graph(x, 3)
    found, certainty = propagate(joined, *seeds(20, {0: 1}), 2, 0.99)
    assert (found[:10] == 1).all()
    assert (certainty[:10] > 0.99).all()
    assert (certainty[10:] == 0).all()
    found, _ = propagate(joined, *seeds(20, {0: 1, 15: 0}), 2, 0.99)
    assert found.tolist() == [1] * 10 + [0] * 10


def test_a_class_with_many_labels_does_not_win_by_their_number():
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.normal(size=(50, 3)) + [3, 0, 0], rng.normal(size=(50, 3)) + [0, 3, 0]])
    given = dict.fromkeys(range(30), 0) | {60: 1, 61: 1}
    found, _ = propagate(graph(x, 10), *seeds(100, given), 2, 0.99)
    assert (found[30:50] == 0).mean() > 0.9
    assert (found[62:] == 1).mean() > 0.9


def test_a_label_of_weight_zero_has_no_effect():
    joined = graph(np.random.default_rng(2).normal(size=(30, 4)), 4)
    label, weight = seeds(30, {0: 0, 1: 1})
    without = propagate(joined, label, weight, 2, 0.9)
    label[5] = 1
    for one, other in zip(without, propagate(joined, label, weight, 2, 0.9), strict=True):
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_samples_have_fewer_neighbours(n):
    found, certainty = propagate(graph(np.ones((n, 2)), 10), *seeds(n, {0: 0}), 1, 0.99)
    assert found.tolist() == [0] * n
    assert (certainty == 1).all()
