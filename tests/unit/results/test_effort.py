"""What the annotator did, added to the metrics of runs, old and new."""

import pyarrow as pa
import pytest

from cbal.pool.annotations import ANNOTATIONS
from cbal.pool.costs import Costs
from cbal.results.effort import COUNTS, annotations_of, gather_runs, with_effort, with_hours_of
from cbal.storage.files import write_table

COST = Costs(image=10, cluster=20, per_shown_image=1, per_taken_out=5, refusal=30)
CLUSTER = {"kind": "cluster", "size": 8, "shown": 4, "seconds": 36.0}
ANSWERS = [
    {"kind": "individual", "size": 1, "shown": 1, "label": 0, "seconds": 36.0},
    {**CLUSTER, "label": 1, "excluded": [3, 4]},
    {**CLUSTER, "label": None},
]


def put(run, round, name="1-x", rows=ANSWERS, **metadata):
    table = pa.Table.from_pylist([{"interaction": i} | r for i, r in enumerate(rows)], ANNOTATIONS)
    path = run / f"round-{round}/step-{name}/annotations.parquet"
    write_table(path, table, round=round, step=name, **metadata)
    return path


def metrics_of(rounds, scenario="s", **columns):
    rows = [
        {"dataset": "d", "scenario": scenario, "seed": 0, "round": r, "images": 100}
        | {"interactions": 3 * r, "interactions_individual": r, "interactions_cluster": 2 * r}
        | columns
        for r in rounds
    ]
    return pa.Table.from_pylist(rows)


def test_effort_adds_up_over_rounds_and_steps(tmp_path):
    files = [put(tmp_path, 1), put(tmp_path, 2, "1-x", ANSWERS[:1]), put(tmp_path, 2, "2-y")]
    table = with_effort(metrics_of([1, 2]), files).select([*COUNTS, "hours"]).to_pylist()
    first = {"refusals_individual": 0, "refusals_cluster": 1}
    first |= {"images_shown": 8, "images_taken_out": 2}
    assert table[0] == first | {"hours": pytest.approx(0.03)}
    assert table[1] == {name: 2 * n for name, n in first.items()} | {"hours": pytest.approx(0.07)}


def test_a_correction_counts_in_place_of_what_it_corrects(tmp_path):
    new = {"interaction": 2, **CLUSTER, "accepted": True, "label": 1, "excluded": None}
    files = [put(tmp_path, 1), put(tmp_path, 1, "2-y", [], corrections={"1-x": [new]})]
    assert with_effort(metrics_of([1]), files)["refusals_cluster"].to_pylist() == [0]


def test_without_annotations_nothing_is_known():
    table = with_effort(metrics_of([1]), [])
    assert [table[name].to_pylist() for name in [*COUNTS, "hours"]] == [[None]] * 5


def test_files_are_found_in_the_order_of_rounds_and_steps(tmp_path):
    names = [(10, "1-x"), (2, "10-x"), (2, "2-x"), (1, "1-x")]
    paths = {name: put(tmp_path, *name) for name in names}
    order = [(1, "1-x"), (2, "2-x"), (2, "10-x")]
    assert annotations_of(tmp_path, rounds=9) == [paths[name] for name in order]


def test_hours_are_those_of_the_cost_model_of_now(tmp_path):
    table = with_effort(metrics_of([1]), [put(tmp_path, 1)])
    seconds = 10 + 20 + 30 + 8 + 2 * 5
    assert with_hours_of(table, COST)["hours"].to_pylist() == [pytest.approx(seconds / 3600)]
    measured = with_hours_of(table, COST, persons=["d"])
    assert measured["hours"].to_pylist() == [pytest.approx(0.03)]


def test_metrics_from_before_the_cost_model_are_read(tmp_path):
    """Archived ones: their hours are not known, but for the baseline's."""
    old, baseline = metrics_of([1, 2]), metrics_of([9], "supervised", interactions_cluster=0)
    runs = []
    for name, table in (("old", old), ("baseline", baseline)):
        write_table(tmp_path / name, table)
        runs.append(tmp_path / name)
    write_table(tmp_path / "run/round-1/metrics.parquet", metrics_of([1], "new"))
    put(tmp_path / "run", 1)
    gathered = with_hours_of(gather_runs([*runs, tmp_path / "run"], 2), COST)
    assert gathered["hours"].to_pylist() == [None, None, 0.025, pytest.approx(78 / 3600)]
    assert with_hours_of(old, COST)["hours"].to_pylist() == [None, None]


def test_corrections_of_the_review_are_counted_and_timed(tmp_path):
    review = {"interactions": 2, "images": 5, "seconds": 72, "labels": {}}
    files = [put(tmp_path, 1, review=review), put(tmp_path, 2)]
    rows = with_effort(metrics_of([1, 2]), files).to_pylist()
    assert [(row["corrections"], row["images_corrected"]) for row in rows] == [(2, 5), (2, 5)]
    assert rows[0]["hours"] == pytest.approx(0.03 + 0.02)
    plain = with_effort(metrics_of([1]), [put(tmp_path / "plain", 1)])
    costs = [
        with_hours_of(each, COST)["hours"][0].as_py()
        for each in (plain, with_effort(metrics_of([1]), files[:1]))
    ]
    # Two labels of an image, and the look at three more.
    assert 3600 * (costs[1] - costs[0]) == pytest.approx(2 * 10 + 3 * 1)
