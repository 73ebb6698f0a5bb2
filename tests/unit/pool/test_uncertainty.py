import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbal.pool.uncertainty import OF_CLUSTERS, divided, of_samples, of_shown_clusters
from cbal.storage.files import with_metadata
from cbal.strategies.support.probabilities import combined, entropy


def kinds_of(passes):
    probability, (expected, _, _) = combined(passes)
    return divided(probability, expected)


def test_two_ways_to_be_unsure_by_hand():
    """Both samples have the mean probabilities 1/2 and 1/2, and so the entropy log 2."""
    sure, half = [[1, 0], [0, 1]], [[0.5, 0.5], [0.5, 0.5]]
    passes = np.array(list(zip(sure, half, strict=True)), np.float32)  # [pass, sample, class]
    whole, aleatoric, epistemic = kinds_of(passes)
    np.testing.assert_allclose(whole, np.log(2))
    np.testing.assert_allclose(aleatoric, [0, np.log(2)])
    np.testing.assert_allclose(epistemic, [np.log(2), 0], atol=1e-7)


@given(st.integers(0, 2**32), st.integers(2, 6), st.integers(1, 5))
def test_the_entropy_is_the_sum_of_both_kinds(seed, n, classes):
    passes = np.random.default_rng(seed).dirichlet(np.ones(classes), (n, 7)).astype(np.float32)
    whole, aleatoric, epistemic = kinds_of(passes)
    np.testing.assert_allclose(whole, entropy(passes.mean(axis=0)), atol=1e-5)
    np.testing.assert_allclose(whole, aleatoric + epistemic, atol=1e-5)
    assert (epistemic >= 0).all()


def query(step, kind, interactions, samples):
    columns = {"interaction": interactions, "sample_id": samples, "kind": [kind] * len(samples)}
    table = pa.table(columns)
    return table.cast(with_metadata(table.schema, step=step))


def test_a_cluster_has_the_mean_of_its_samples():
    kinds = np.array([[3, 5, 7, 9], [1, 2, 3, 4], [2, 3, 4, 5]], np.float32)
    samples = np.array([2, 4, 6, 8])
    queries = [query("1-entropy", "individual", [0], [4])]
    queries += [query("2-cluster", "cluster", [0, 1, 0], [8, 2, 6])]
    assert of_shown_clusters(samples, kinds, queries).to_pylist() == [
        {"step": "2-cluster", "interaction": 0, "size": 2}
        | {"entropy": 8, "aleatoric": 3.5, "epistemic": 4.5},
        {"step": "2-cluster", "interaction": 1, "size": 1}
        | {"entropy": 3, "aleatoric": 1, "epistemic": 2},
    ]
    assert of_samples(samples, kinds)["epistemic"].to_pylist() == [2, 3, 4, 5]


@pytest.mark.parametrize("queries", [[], [query("1-cluster", "cluster", [], [])]])
def test_without_clusters_there_are_no_rows(queries):
    table = of_shown_clusters(np.arange(2), np.zeros((3, 2), np.float32), queries)
    assert table.equals(OF_CLUSTERS.empty_table())
