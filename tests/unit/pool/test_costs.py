import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from cbal.pool.annotations import ANNOTATIONS
from cbal.pool.costs import NAMES, Costs, costs_from, seconds_of, with_seconds, work_of
from cbal.pool.oracle import Oracle, annotate
from orchestration.planning.annotators import COSTS
from orchestration.planning.settings import read_schema
from tests.unit.pool.test_oracle import query_of
from tests.unit.pool.test_people import KEYS, oracles, seeds, sizes, truth_of

COST = Costs(image=2, cluster=3, per_shown_image=0.5, per_taken_out=1, refusal=4)


def answers():
    rows = [
        {"kind": "individual", "size": 1, "shown": 1, "label": 0},
        {"kind": "individual", "size": 1, "shown": 1, "label": None},
        {"kind": "cluster", "size": 20, "shown": 9, "label": 1, "excluded": [4, 7]},
        {"kind": "cluster", "size": 6, "shown": 6, "label": None},
    ]
    return pa.Table.from_pylist(rows, ANNOTATIONS)


def test_by_hand():
    told = with_seconds(answers(), COST)
    assert told["seconds"].to_pylist() == [2, 4, 3 + 4.5 + 2, 4 + 3]
    assert told.schema.equals(ANNOTATIONS)


def test_a_file_of_an_earlier_version_showed_all_and_took_nothing_out():
    work = work_of(answers().drop_columns(["shown", "excluded"]))
    assert seconds_of(work, COST).tolist() == [2, 4, 13, 7]


def test_costs_are_read_in_their_order():
    assert costs_from("2,3,0.5,1,4") == COST
    with pytest.raises(ValueError, match="argument"):
        costs_from("1,2")


def test_the_settings_have_the_same_names_and_defaults():
    schema = read_schema()["properties"]["seconds"]["properties"]
    assert NAMES == COSTS == tuple(schema)
    assert Costs(**{name: key["default"] for name, key in schema.items()}) == Costs()


@given(oracles, sizes, seeds)
def test_interactions_and_seconds_add_up(oracle, clusters, seed):
    table = annotate(query_of(clusters), truth_of(sum(clusters), seed), oracle, KEYS)
    seconds = with_seconds(table, COST)["seconds"].to_numpy()
    rows = table.to_pylist()
    refused = sum(not row["accepted"] for row in rows)
    out = sum(len(row["excluded"] or ()) for row in rows)
    shown = sum(row["shown"] for row in rows)
    by_hand = 3 * (len(clusters) - refused) + 4 * refused + 0.5 * shown + out
    assert seconds.sum() == pytest.approx(by_hand)


def test_single_images_cost_the_same_each():
    table = annotate(query_of([1] * 5, "individual"), np.zeros(5, np.int16), Oracle())
    assert with_seconds(table, COST)["seconds"].to_pylist() == [2] * 5
