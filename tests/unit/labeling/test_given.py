"""Labels that a person gave, by replaying all answers."""

import numpy as np
import pytest

from cbal.labeling.asking import digest_of
from cbal.labeling.given import REFUSED, Given, from_table, given_to, to_table
from cbal.labeling.journal import Journal
from cbal.labeling.records import Answer, Question
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE

CAT, DOG = 0, 1


def said(*answers):
    """Replay (round, kind, samples, label, taken out) over five images."""
    given = Given.nothing(5)
    for round, kind, samples, label, excluded in answers:
        given.take(round, kind, np.array(samples), Answer(label, tuple(excluded), "ann", 0.0))
    return given


def of(given, sample):
    return given.label[sample], given.kind[sample], given.round[sample]


CATS = (1, "cluster", [0, 1, 2], CAT, [])


@pytest.mark.parametrize(
    ("later", "holds"),
    [
        ([], (CAT, CLUSTER, 1)),
        ([(2, "cluster", [0, 1, 2, 3], None, [])], (CAT, CLUSTER, 1)),  # mixed: nothing of 0
        ([(2, "cluster", [0, 3], CAT, [])], (CAT, CLUSTER, 2)),
        ([(2, "cluster", [0, 3], DOG, [])], (DOG, CLUSTER, 2)),
        ([(2, "cluster", [0, 3], DOG, [0])], (CAT, CLUSTER, 1)),  # no dog
        ([(2, "cluster", [0, 3], CAT, [0])], (-1, NONE, -1)),  # no cat
        ([(2, "individual", [0], DOG, [])], (DOG, INDIVIDUAL, 2)),
        ([(2, "individual", [0], DOG, []), (3, "cluster", [0, 1], CAT, [])], (DOG, INDIVIDUAL, 2)),
        ([(2, "individual", [0], None, [])], (-1, REFUSED, 2)),
        ([(2, "cluster", [0], None, [])], (-1, REFUSED, 2)),  # a cluster of one image
        ([(2, "individual", [3], DOG, []), (3, "cluster", [0, 3], None, [])], (CAT, CLUSTER, 1)),
        ([(2, "individual", [0], DOG, []), (3, "cluster", [0], None, [])], (DOG, INDIVIDUAL, 2)),
        ([(2, "individual", [0], None, []), (3, "cluster", [0, 1], CAT, [])], (CAT, CLUSTER, 3)),
    ],
)
def test_an_answer_holds_until_a_later_one_contradicts_it(later, holds):
    assert of(said(CATS, *later), 0) == holds


def test_what_an_image_is_not_is_kept_until_a_person_says_that_it_is():
    taken_out = (1, "cluster", [0, 1, 2], CAT, [0])
    assert said(taken_out).denied == {0: {CAT}}
    assert said(taken_out, (2, "cluster", [0, 1], CAT, [])).denied == {0: set()}


def test_a_table_keeps_all_of_it():
    given = said(CATS, (2, "individual", [4], None, []), (3, "cluster", [0, 3], DOG, [3]))
    back = from_table(to_table(given, list("abcde")))
    for name in ("label", "kind", "round"):
        assert getattr(back, name).tolist() == getattr(given, name).tolist()
    assert back.denied == given.denied == {3: {DOG}}
    old = from_table(to_table(given, list("abcde")).drop_columns("annotator"))
    assert (old.label.tolist(), old.annotators()) == (given.label.tolist(), [None] * 5)


def test_it_says_who_gave_each_label(journal):
    ask(journal, ("s", 0, 1, "1-cluster"), "cluster", [[0, 1, 2], [3, 4]], [CAT], annotator="Ann")
    ask(journal, ("s", 0, 1, "2-x"), "individual", [[1], [5]], [DOG, None], annotator="Ben")
    step = ask(journal, ("s", 0, 2, "1-cluster"), "cluster", [[2, 5], [3]], [])
    journal.add(step.id, 0, "label", "someone", label=DOG, excluded=[2])
    given, _ = given_to(journal, "s", 0, FILES)
    assert given.annotators() == ["Ann", "Ben", "Ann", None, None, None]
    journal.add(step.id, 1, "label", "someone", label=CAT, annotator="Cleo")
    journal.add(step.id, 1, "label", "other", label=DOG, annotator="Ben")
    given, _ = given_to(journal, "s", 0, FILES)
    assert (given.annotators()[3], given.label[3]) == ("Cleo", CAT)
    copied = from_table(to_table(given.copy(9), [*FILES, "g", "h", "i"]))
    assert copied.annotators() == [*given.annotators(), None, None, None]


FILES = list("abcdef")


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    for name in ("cat", "dog"):
        journal.add_class(name)
    yield journal
    journal.close()


def ask(journal, key, kind, groups, answers, files=FILES, annotator=""):
    """Open a step and answer it with labels, None to refuse, by interaction."""
    groups = [np.array(group) for group in groups]
    digest = digest_of(groups, files)
    step = journal.open_step(key, kind, digest, {}, [Question(group) for group in groups])
    for interaction, label in enumerate(answers):
        action = "refuse" if label is None else "label"
        journal.add(step.id, interaction, action, "ann", 1.0, label, annotator=annotator)
    return step


def test_clusters_labeled_in_round_1_and_refused_in_the_last_keep_their_labels(journal):
    ask(journal, ("validation", 0, 0, "validation"), "individual", [[5]], [DOG])
    ask(journal, ("s", 0, 1, "1-cluster"), "cluster", [[0, 1], [2, 3]], [CAT, DOG])
    ask(journal, ("s", 0, 2, "1-cluster"), "cluster", [[0, 2], [1, 3]], [None, None])
    ask(journal, ("s", 1, 1, "1-cluster"), "cluster", [[4]], [DOG])  # another run
    given, others = given_to(journal, "s", 0, FILES)
    assert given.label.tolist() == [CAT, CAT, DOG, DOG, -1, DOG]
    assert given.round.tolist() == [1, 1, 1, 1, -1, 0]
    assert others == []


def test_answers_of_a_query_that_was_replaced_stand(journal):
    ask(journal, ("s", 0, 1, "1-cluster"), "cluster", [[0, 1], [2, 3]], [CAT, DOG])
    ask(journal, ("s", 0, 1, "1-cluster"), "cluster", [[0, 1, 2], [3]], [None, CAT])
    given, _ = given_to(journal, "s", 0, FILES)
    assert given.label.tolist() == [CAT, CAT, DOG, CAT, -1, -1]


def test_what_was_taken_back_does_not_count_and_what_is_not_handed_on_does(journal):
    step = ask(journal, ("s", 0, 1, "1-cluster"), "cluster", [[0, 1], [2, 3], [4]], [CAT, DOG])
    journal.undo(step.id, "ann")
    given, _ = given_to(journal, "s", 0, FILES)
    assert given.label.tolist() == [CAT, CAT, -1, -1, -1, -1]


def test_answers_about_other_files_under_the_same_numbers_are_left_out_and_named(journal):
    ask(journal, ("s", 0, 1, "1-cluster"), "cluster", [[0, 1], [7]], [CAT, DOG], list("xbcdefgh"))
    given, others = given_to(journal, "s", 0, FILES)
    assert (given.label == -1).all()
    assert [step.key for step in others] == [("s", 0, 1, "1-cluster")]
