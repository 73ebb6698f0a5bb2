"""What the review shows: the most doubtful labels first, with counts and what can be undone."""

import numpy as np
import pytest

from cbal.labeling.review.shelf import Shelf
from tests.unit.labeling.review.conftest import BIRD, CAT, DOG, FILES, RUN, ask


@pytest.fixture
def probability():
    """Sure of all labels, but for a dog among the cats and a cat among the dogs; 6 is not asked."""
    p = np.full((12, 3), 0.02, np.float32)
    label = [CAT] * 4 + [DOG] * 3 + [BIRD, CAT] + [CAT] * 3
    p[np.arange(12), label] = 0.96
    p[2], p[5] = (0.1, 0.85, 0.05), (0.6, 0.3, 0.1)
    p[6] = np.nan
    return p


def test_the_most_doubtful_come_first_and_what_is_unknown_last(journal, probability):
    page = Shelf(journal, FILES, lambda *_: probability).page(RUN, "ann")
    assert page["sample"] == [2, 5, 0, 1, 3, 4, 7, 8, 6]
    assert page["doubt"][:3] == [90, 70, 4]
    assert page["guess"][:3] == [DOG, CAT, CAT]
    assert page["doubt"][-1] == page["guess"][-1] == -1


def test_without_a_model_clusters_come_first_and_then_numbers(journal):
    page = Shelf(journal, FILES).page(RUN, "ann")
    assert page["sample"] == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert page["kind"] == [1] * 7 + [0] * 2
    assert page["classes"] == [[0, "cat", 5], [1, "dog", 3], [2, "bird", 1]]


def test_the_model_is_asked_about_the_run_and_its_latest_round(journal):
    asked = []
    ask(journal, [[9]], round=3)
    Shelf(journal, FILES, lambda *which: asked.append(which)).page(RUN, "ann")
    assert asked == [("s", 0, 3)]


def test_a_merged_class_is_no_doubt_and_no_guess(journal, probability):
    journal.change_class("merge", DOG, "ann", into=CAT)
    page = Shelf(journal, FILES, lambda *_: probability).page(RUN, "ann")
    assert DOG not in page["guess"]
    assert page["doubt"][page["sample"].index(5)] == 10
    assert page["classes"] == [[0, "cat", 8], [2, "bird", 1]]


def test_labels_of_a_cluster_are_known_by_their_answer_until_they_are_corrected(journal):
    shelf = Shelf(journal, FILES)
    page = shelf.page(RUN, "ann")
    event = page["cluster"][page["sample"].index(0)]
    assert shelf.cluster_of(RUN, event).tolist() == [0, 1, 2, 3]
    journal.correct(RUN, [2], "ann", label=DOG)
    assert shelf.cluster_of(RUN, event).tolist() == [0, 1, 3]
    assert page["cluster"][page["sample"].index(8)] == 0


def test_only_the_own_last_change_can_be_undone(journal):
    shelf = Shelf(journal, FILES)
    journal.correct(RUN, [2, 3], "ann", label=DOG, seconds=3)
    journal.change_class("rename", CAT, "bob", name="wild cat")
    assert shelf.page(RUN, "ann")["undo"] == "2 images labeled “dog”"
    assert shelf.page(RUN, "bob")["undo"] == "“cat” renamed to “wild cat”"
    assert shelf.page(RUN, "cy")["undo"] == ""
    assert shelf.page(RUN, "cy")["work"] == {"interactions": 2, "images": 2, "seconds": 3}


def test_an_answer_that_is_undone_and_given_again_is_seen(journal):
    shelf = Shelf(journal, FILES)
    assert shelf.page(RUN, "ann")["classes"][BIRD] == [BIRD, "bird", 1]
    alone = [step for step in journal.run_of(*RUN) if step.key[3] == "2-b"][0].id
    journal.undo(alone, "ann")
    assert shelf.page(RUN, "ann")["classes"][CAT] == [CAT, "cat", 4]
    journal.add(alone, 1, "label", "ann", label=BIRD)
    assert shelf.page(RUN, "ann")["classes"][BIRD] == [BIRD, "bird", 2]


def test_runs_are_listed_the_latest_first_and_before_any_the_validation(tmp_path, journal):
    groups = ask(journal, [[1]])
    assert groups
    journal.open_step(("t", 4, 1, "1-a"), "individual", "x", {}, [])
    assert Shelf(journal, FILES).runs() == [("t", 4), ("s", 0)]
    empty = type(journal)(tmp_path / "empty.sqlite")
    assert Shelf(empty, FILES).runs() == [("validation", 0)]
    empty.close()
