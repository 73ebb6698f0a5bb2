import numpy as np

from cbal.storage.feature_files import schema, to_batch


def test_rows_are_those_of_the_contract():
    batch = to_batch(np.arange(3), np.ones((3, 5), np.float16), np.full((3, 2), 0.5, np.float32), 2)
    assert batch.schema == schema(5, 2)
    assert batch.column("probability").to_pylist() == [[0.5, 0.5]] * 3


def test_without_a_trained_head_probabilities_are_null():
    batch = to_batch(np.arange(3), np.ones((3, 5), np.float16), None, 2)
    assert batch.schema == schema(5, 2)
    assert batch.column("probability").null_count == 3
