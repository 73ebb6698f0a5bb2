"""How far two people agree."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from cbal.labeling.agreement import Agreements, agreement_of, disagreements, pairs_of, table
from cbal.labeling.journal import Journal
from cbal.labeling.records import Answer, Question, Standing, Step


def steps_with(said, kind="individual"):
    """Return a step whose questions two people answered: (name, label) of both, by question."""
    standing = Standing()
    for interaction, ((one, label), (other, second)) in enumerate(said):
        standing.answers[interaction] = Answer(label, (), one, 0, 1, one)
        standing.others[interaction] = [Answer(second, (), other, 0, 2, other)]
    return [(Step(1, ("s", 0, 1, f"1-{kind}"), kind, {}, "closed"), standing)]


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_scikit_learn_s(seed):
    rng = np.random.default_rng(seed)
    one = rng.integers(-1, 4, 60)
    other = np.where(rng.random(60) < 0.7, one, rng.integers(-1, 6, 60))
    as_label = [[None if label < 0 else int(label) for label in labels] for labels in (one, other)]
    pairs = pairs_of(steps_with([(("Ann", a), ("Ben", b)) for a, b in zip(*as_label)]))
    found = agreement_of(pairs)
    assert found.kappa == pytest.approx(cohen_kappa_score(one, other))
    assert (found.questions, found.alike) == (60, (one == other).sum())


def test_who_answered_first_does_not_matter():
    said = [(("Ann", 0), ("Ben", 1)), (("Ben", 0), ("Ann", 1)), (("Ben", 1), ("Ann", 1))]
    (row,) = [row for row in table(pairs_of(steps_with(said))) if row["kind"] == "all"]
    assert (row["first"], row["second"], row["questions"], row["alike"]) == ("Ann", "Ben", 3, 1)
    assert row["percent"] == pytest.approx(100 / 3)
    assert row["kappa"] == pytest.approx(cohen_kappa_score([0, 1, 1], [1, 0, 1]))


def test_two_who_only_ever_said_one_thing_have_no_kappa():
    found = agreement_of(pairs_of(steps_with([(("Ann", 2), ("Ben", 2))] * 3)))
    assert (found.questions, found.alike, found.kappa) == (3, 3, None)
    assert agreement_of([]).questions == 0


def test_a_row_for_each_pair_of_names_and_kind():
    parts = steps_with([(("Ann", 0), ("Ben", 0)), (("Cleo", 1), ("Ann", 0))])
    parts += steps_with([(("Ben", None), ("Ann", None))], "cluster")
    rows = [(r["first"], r["second"], r["kind"], r["questions"]) for r in table(pairs_of(parts))]
    assert rows == [
        ("Ann", "Ben", "individual", 1),
        ("Ann", "Ben", "cluster", 1),
        ("Ann", "Ben", "all", 2),
        ("Ann", "Cleo", "individual", 1),
        ("Ann", "Cleo", "all", 1),
    ]


def test_the_nameless_and_the_same_name_are_no_pair():
    said = [(("", 0), ("Ben", 1)), (("Ben", 0), ("Ben", 1)), (("Ann", 0), ("", 1))]
    assert pairs_of(steps_with(said)) == []


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    for name in ("cat", "dog"):
        journal.add_class(name)
    yield journal
    journal.close()


def test_of_a_run_with_what_differs(journal):
    found = Agreements(journal)
    groups = [Question(np.array(group)) for group in ([3], [1], [2])]
    step = journal.open_step(("s", 0, 1, "1-x"), "individual", "d", {}, groups).id
    other = journal.open_step(("t", 0, 1, "1-x"), "individual", "d", {}, groups).id
    assert found.of_run("s", 0) is None
    for interaction in range(3):
        for number in (step, other):
            journal.add(number, interaction, "label", "a", label=0, annotator="Ann")
    assert found.of_run("s", 0) is None
    journal.add(step, 0, "label", "b", label=0, annotator="Ben")
    assert found.of_run("s", 0).alike == 1
    journal.add(step, 1, "label", "b", label=1, annotator="Ben")
    journal.add(step, 2, "refuse", "b", annotator="Ben")
    assert (found.of_run("s", 0).questions, found.of_run("t", 0)) == (3, None)
    rows = disagreements(found.pairs_of("s", 0), journal, [f"{i}.png" for i in range(4)])
    assert [(row["file"], row["first_label"], row["second_label"]) for row in rows] == [
        ("1.png", "cat", "dog"),
        ("2.png", "cat", None),
    ]
    journal.undo(step, "b", annotator="Ben")
    assert found.of_run("s", 0).questions == 2
    journal.undo(step, "a", annotator="Ann")  # that of the question that Ben refused
    assert found.of_run("s", 0).questions == 2
