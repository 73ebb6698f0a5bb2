"""What a round's files record of the review, and how the pool takes it over."""

from dataclasses import replace

import numpy as np

from cbal.labeling.review.record import counted_before, record_of
from cbal.pool.reviewed import with_review
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE, initial
from tests.unit.labeling.review.conftest import BIRD, CAT, DOG, FILES, RUN, ask


def pool_of(journal, round=1):
    """The pool after the answers of the fixture, without validation samples."""
    label = np.array([CAT] * 4 + [DOG] * 3 + [BIRD, CAT, -1, -1, -1], np.int16)
    kind = np.array([CLUSTER] * 7 + [INDIVIDUAL] * 2 + [NONE] * 3, np.int8)
    given = np.where(label >= 0, round, -1).astype(np.int16)
    return replace(initial(np.arange(12)), label=label, kind=kind, labeled_round=given, round=round)


def after(journal, cluster_labels="keep", until=None, round=1):
    labels = record_of(journal, *RUN, FILES, until)["labels"]
    return with_review(pool_of(journal, round), labels, cluster_labels)


def states(pool):
    return list(zip(pool.label.tolist(), pool.kind.tolist()))


def test_without_a_change_nothing_is_recorded(journal):
    assert record_of(journal, *RUN, FILES) == {}


def test_corrections_are_individual_labels_of_the_pool(journal):
    journal.correct(RUN, [2, 9], "ann", label=DOG, round=1)
    pool = after(journal)
    assert [states(pool)[i] for i in (2, 9, 1)] == [
        (DOG, INDIVIDUAL),
        (DOG, INDIVIDUAL),
        (CAT, CLUSTER),
    ]
    assert pool.interaction[2] == -1
    assert pool.labeled_round[9] == 1
    assert pool.interactions == 0  # the review counts beside the questions


def test_labels_that_are_taken_back_make_samples_open_again(journal):
    journal.correct(RUN, [2, 8], "ann")
    pool = after(journal)
    assert [states(pool)[i] for i in (2, 8)] == [(-1, NONE)] * 2
    assert pool.unlabeled[8]


def test_an_undone_correction_is_undone_in_a_pool_that_has_it(journal):
    journal.correct(RUN, [2, 8], "ann", label=DOG)
    corrected = after(journal)
    journal.take_back(RUN, "ann")
    labels = record_of(journal, *RUN, FILES)["labels"]
    assert states(with_review(corrected, labels)) == states(pool_of(journal))
    # In the next round a cluster label of this one does not hold, unless it is kept.
    later = with_review(replace(corrected, round=2), labels, "reask")
    assert states(later)[2] == (-1, NONE)
    assert states(later)[8] == (CAT, INDIVIDUAL)


def test_merged_and_deleted_classes_reach_the_pool_and_come_back(journal):
    journal.change_class("merge", DOG, "ann", into=CAT)
    journal.change_class("delete", BIRD, "ann")
    pool = after(journal)
    assert [states(pool)[i] for i in (4, 7)] == [(CAT, CLUSTER), (-1, NONE)]
    for _ in range(2):
        journal.take_back(RUN, "ann")
    labels = record_of(journal, *RUN, FILES)["labels"]
    assert states(with_review(pool, labels)) == states(pool_of(journal))


def test_samples_that_are_not_in_the_pool_are_passed_over(journal):
    journal.correct(RUN, [0, 11], "ann", label=DOG)
    labels = record_of(journal, *RUN, FILES)["labels"]
    small = replace(initial(np.arange(3, 8)), round=1)
    assert states(with_review(small, labels)) == states(small)
    assert len(with_review(initial(np.arange(0)), labels).label) == 0


def test_what_was_recorded_stays_whatever_is_corrected_later(journal):
    journal.correct(RUN, [2], "ann", label=DOG, seconds=3)
    first = record_of(journal, *RUN, FILES)
    journal.correct(RUN, [2, 3], "ann", label=BIRD, seconds=4)
    again = ask(journal, [[2, 3]], round=2)
    journal.add(again, 0, "label", "ann", label=CAT)
    assert record_of(journal, *RUN, FILES, first["until"]) == first


def test_each_change_is_counted_once_with_its_seconds(journal):
    step = ask(journal, [[9]], "individual", round=2)
    journal.correct(RUN, [2, 3], "ann", label=DOG, seconds=3)
    journal.add(step, 0, "label", "ann", label=DOG)
    assert journal.close_step(step, 0)
    closed = journal.step(step)
    record = record_of(journal, *RUN, FILES, closed.context["until"])
    assert {name: record[name] for name in ("interactions", "images", "seconds")} == {
        "interactions": 1,
        "images": 2,
        "seconds": 3,
    }
    journal.correct(RUN, [1], "ann", label=DOG, seconds=5)
    journal.correct(RUN, [0], "ann", label=DOG, seconds=7)
    journal.take_back(RUN, "ann")
    later = ask(journal, [[10]], "individual", round=3)
    journal.add(later, 0, "label", "ann", label=DOG)
    assert journal.close_step(later, 0)
    closed = journal.step(later)
    since = counted_before(journal, closed)
    record = record_of(journal, *RUN, FILES, closed.context["until"], since)
    assert (record["interactions"], record["images"], record["seconds"]) == (1, 1, 12)


def test_members_of_a_cluster_stay_together_when_its_class_is_merged(journal):
    pool = replace(pool_of(journal), interaction=np.repeat([0, 1, 2, 3, -1], [4, 3, 1, 1, 3]))
    journal.change_class("merge", DOG, "ann", into=CAT)
    journal.correct(RUN, [0, 1], "ann", label=BIRD, round=1)
    merged = with_review(pool, record_of(journal, *RUN, FILES)["labels"])
    assert merged.label[4:7].tolist() == [CAT] * 3
    assert merged.interaction[2:7].tolist() == [0, 0, 1, 1, 1]
    # A correction is an answer of its own, not that of the cluster, nor of other corrections.
    assert len(set(merged.answer[[0, 1, 2, 4]])) == 4
