"""Corrections of earlier steps, in the metadata of later ones."""

import pyarrow as pa
import pytest

from cbal.labeling.asking import ANNOTATIONS
from cbal.pool.corrections import corrected, differences, is_corrected
from cbal.storage.files import with_metadata


def row(interaction, label=0, excluded=None):
    return {
        "interaction": interaction,
        "kind": "cluster",
        "size": 3,
        "label": label,
        "accepted": label is not None,
        "seconds": 1.5,
        "excluded": excluded,
    }


def table(step, rows, **metadata):
    schema = with_metadata(ANNOTATIONS, step=step, **metadata)
    return pa.Table.from_pylist(rows, schema)


@pytest.fixture
def tables():
    """Three steps: the second corrects the first; the third corrects both."""
    other = {"1-a": [row(1, None), row(0, 2)]}
    last = {"1-a": [row(1, 5, [7])], "2-b": [row(0, 3)]}
    return [
        table("1-a", [row(0), row(1), row(2)]),
        table("2-b", [row(0)], corrections=other),
        table("3-c", [row(0)], corrections=last),
    ]


def test_later_steps_hold_and_the_latest_most(tables):
    first, second, third = (each.to_pylist() for each in corrected(tables))
    assert first == [row(0, 2), row(1, 5, [7]), row(2)]
    assert second == [row(0, 3)]
    assert third == [row(0)]


def test_steps_that_are_not_there_yet_correct_nothing(tables):
    assert corrected(tables[:1])[0].equals(tables[0])
    assert corrected(tables[:2])[0].to_pylist() == [row(0, 2), row(1, None), row(2)]
    assert not is_corrected(tables[:1])
    assert is_corrected(tables[:2])


def test_a_part_of_the_columns_is_corrected_alone(tables):
    columns = ["interaction", "label", "accepted"]
    first, _ = corrected([each.select(columns) for each in tables[:2]])
    assert first["label"].to_pylist() == [2, None, 0]
    assert first["accepted"].to_pylist() == [True, False, True]


def test_what_differs_is_told(tables):
    now = table("1-a", [row(0), row(1, None), row(2, 0, [4])])
    assert differences(tables[0], now) == [row(1, None), row(2, 0, [4])]
    assert differences(tables[0], tables[0]) == []
