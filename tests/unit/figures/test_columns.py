import numpy as np
import pyarrow as pa

from cbal.figures.columns import columns_of, groups, mean_and_sd, rows


def test_a_null_becomes_nan_and_whole_columns_keep_their_type():
    columns = columns_of(
        pa.table(
            {
                "label": pa.array([1, None], pa.int16()),
                "size": pa.array([3, 4], pa.int32()),
                "accepted": [True, False],
                "kind": ["cluster", "individual"],
                "accuracy": pa.array([None, None], pa.float64()),
            }
        )
    )
    np.testing.assert_array_equal(columns["label"], [1, np.nan])
    assert columns["size"].dtype == np.int32
    assert columns["accepted"].dtype == bool
    assert columns["kind"].tolist() == ["cluster", "individual"]
    assert np.isnan(columns["accuracy"]).all()


def test_an_empty_table_keeps_its_types():
    schema = pa.schema({"size": pa.int32(), "accepted": pa.bool_()})
    columns = columns_of(schema.empty_table())
    assert [column.dtype for column in columns.values()] == [np.int32, bool]


def test_groups_come_in_the_order_of_their_first_rows():
    columns = {"name": np.array(["b", "a", "b"], object), "x": np.array([1, 2, 3])}
    assert [(name, part["x"].tolist()) for name, part in groups(columns, "name")] == [
        ("b", [1, 3]),
        ("a", [2]),
    ]
    assert rows(columns, np.array([2, 0]))["x"].tolist() == [3, 1]


def test_mean_and_sample_deviation_at_each_x():
    x, mean, sd = mean_and_sd(np.array([2.0, 1, 2, 3]), np.array([5.0, 1, 8, 4]))
    np.testing.assert_array_equal(x, [1, 2, 3])
    np.testing.assert_allclose(mean, [1, 6.5, 4])
    np.testing.assert_allclose(sd, [np.nan, np.std([5, 8], ddof=1), np.nan])
