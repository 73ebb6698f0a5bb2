"""Split clusters in the journal, and at the desk that gives them to pages."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cbal.labeling.asking import annotations_of, context_of
from cbal.labeling.desk import Desk
from cbal.labeling.given import Given, replay
from cbal.labeling.journal import ConflictError, Journal
from cbal.labeling.leases import LASTS, Claims
from cbal.labeling.records import Question
from cbal.labeling.splitting import Splitter
from cbal.labeling.steps import FIRST_PART
from cbal.pool.state import initial
from tests.conftest import ROOT
from tests.unit.tables import features_file

KEY = ("s", 0, 1, "1-cluster")
GROUPS = ([3, 1, 2, 0], [4, 5], [6, 7, 8])
TWO = ([3, 1], [2, 0])


def parts(*groups):
    return [Question(np.array(group)) for group in groups]


def open_step(journal, kind="cluster"):
    context = context_of(initial(np.arange(9)), 50, 2)
    return journal.open_step(KEY, kind, "d", context, parts(*GROUPS)).id


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    journal.add_class("cat")
    journal.add_class("dog")
    yield journal
    journal.close()


@pytest.fixture
def step(journal):
    return open_step(journal)


def state_of(journal, step):
    """Return the label and the parts' labels of each question, by samples; None for no answer."""
    standing = journal.standing(step)

    def answer(number):
        found = standing.answers.get(number)
        return found and (found.label, found.excluded)

    return {
        i: {tuple(standing.parts[n].samples.tolist()): answer(n) for n in standing.parts_of(i)}
        or answer(i)
        for i in range(len(GROUPS))
    }


def test_a_split_asks_for_its_parts_in_place_of_the_cluster(journal, step):
    journal.split(step, 0, parts(*TWO), "ann", 2)
    standing = journal.standing(step)
    first, second = standing.parts_of(0)
    assert first >= FIRST_PART
    assert journal.question(step, first).samples.tolist() == [3, 1]
    assert [each.tolist() for each in journal.groups(step)] == [list(each) for each in GROUPS]
    assert journal.sizes(step) == [4, 2, 3]
    assert (standing.left(3), standing.is_open(0)) == (4, True)
    journal.add(step, second, "label", "ann", 1, label=1, excluded=[0])
    journal.add(step, first, "refuse", "ann", 1)
    for interaction in (1, 2):
        assert not journal.close_step(step, grace=0)
        journal.add(step, interaction, "refuse", "ann")
    standing = journal.standing(step)
    assert (standing.left(3), standing.is_open(0)) == (0, False)
    assert standing.seconds[0] == 2
    assert journal.pace("s", 0) == 4 / 5
    assert journal.close_step(step, grace=0)
    table = annotations_of("cluster", journal.sizes(step), standing).to_pylist()
    assert [(row["interaction"], row["label"], row["split_of"]) for row in table] == [
        (0, None, None),
        (1, None, None),
        (2, None, None),
        (3, None, 0),
        (4, 1, 0),
    ]


def test_labels_of_parts_are_taken_away(journal, step):
    journal.split(step, 0, parts(*TWO), "ann")
    first, second = journal.standing(step).parts_of(0)
    journal.add(step, first, "label", "ann", label=1)
    journal.add(step, second, "label", "ann", label=0, excluded=[0])
    given_ = Given.nothing(9)
    replay(given_, [(journal.step(step), journal.groups(step), journal.standing(step))])
    assert given_.label[:5].tolist() == [-1, 1, 0, 1, -1]
    assert given_.denied == {0: {0}}


def test_a_split_is_changed_or_taken_back_while_no_part_has_an_answer(journal, step):
    journal.split(step, 0, parts(*TWO), "ann")
    journal.split(step, 0, parts([3], [1, 2], [0]), "ann")
    assert list(state_of(journal, step)[0]) == [(3,), (1, 2), (0,)]
    assert journal.pace("s", 0) == 0  # one answer, not two
    numbers = journal.standing(step).parts_of(0)
    journal.add(step, numbers[1], "label", "ann", label=0)
    with pytest.raises(ConflictError, match="undo that first"):
        journal.split(step, 0, parts(*TWO), "ann")
    undone = [journal.undo(step, "ann") for _ in range(2)]
    assert undone == [(step, numbers[1]), (step, 0)]
    assert state_of(journal, step)[0] is None
    with pytest.raises(ConflictError, match="taken back"):
        journal.add(step, numbers[1], "label", "ann", label=0)
    journal.add(step, 0, "label", "ann", label=0)
    with pytest.raises(ConflictError, match="answered already"):
        journal.split(step, 0, parts(*TWO), "ann")


def test_nobody_takes_back_a_split_of_which_somebody_else_answered_a_part(journal, step):
    journal.split(step, 0, parts(*TWO), "ann")
    part = journal.standing(step).parts_of(0)[0]
    journal.add(step, part, "label", "bob", label=0)
    with pytest.raises(ConflictError, match="undo that first"):
        journal.undo(step, "ann")
    assert journal.undo(step, "bob") == (step, part)
    assert journal.undo(step, "ann") == (step, 0)


@pytest.mark.parametrize(
    "groups",
    [([3, 1, 2, 0],), ([3, 1], [2]), ([3, 1], [2, 0, 0]), ([3, 1], [2, 4]), ([3, 1, 2, 0], [])],
)
def test_what_is_no_partition_of_a_cluster_is_refused(journal, step, groups):
    with pytest.raises(ValueError, match="not the parts"):
        journal.split(step, 0, parts(*groups), "ann")
    assert not journal.standing(step).answers


def test_parts_and_single_images_are_not_split(journal, tmp_path, step):
    journal.split(step, 0, parts(*TWO), "ann")
    part = journal.standing(step).parts_of(0)[0]
    with pytest.raises(ValueError, match="cannot be split"):
        journal.split(step, part, parts([3], [1]), "ann")
    other = Journal(tmp_path / "other.sqlite")
    with pytest.raises(ValueError, match="only a cluster"):
        other.split(open_step(other, "individual"), 0, parts(*TWO), "ann")
    other.close()


def test_a_split_that_is_sent_again_is_made_once(journal, step):
    for _ in range(2):
        journal.split(step, 0, parts(*TWO), "ann", request="request-1")
    assert len(journal._rows("SELECT * FROM events")) == 1
    journal.split(step, 0, [], "ann", request="request-1")  # its parts are not looked at
    with pytest.raises(ConflictError, match="that of another change"):
        journal.split(step, 1, parts([4], [5]), "ann", request="request-1")


KILLED = """
    import os, signal, numpy as np
    from pathlib import Path
    from cbal.labeling import journal as module
    from cbal.labeling.journal import Journal
    from cbal.labeling.records import Question
    def parts(*groups):
        return [Question(np.array(group)) for group in groups]
    journal = Journal(Path({path!r}))
    step = journal.open_step({key!r}, "cluster", "d", {{}}, parts(*{groups!r})).id
    journal.split(step, 0, parts([3], [1, 2], [0]), "ann")
    if {inside!r}:
        Journal._insert_parts = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    journal.split(step, 0, parts(*{two!r}), "ann")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("inside", [False, True])
def test_a_killed_server_leaves_a_whole_split_or_the_one_before(tmp_path, inside):
    path = tmp_path / "journal.sqlite"
    script = KILLED.format(path=str(path), key=KEY, groups=GROUPS, two=TWO, inside=inside)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow/scripts")}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    killed = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    journal = Journal(path)
    found = state_of(journal, journal.open_steps()[0].id)[0]
    assert list(found) == ([(3,), (1, 2), (0,)] if inside else [(3, 1), (2, 0)])
    journal.close()


actions = st.lists(
    st.tuples(
        st.sampled_from(["label", "out", "refuse", "skip", "split", "undo", "undo", "again"]),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=25,
)


@given(actions)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_sequence_of_answers_splits_and_undos(tmp_path_factory, said):
    """Against a model; the file is opened again at any moment, as after a kill."""
    path = tmp_path_factory.mktemp("any") / "journal.sqlite"
    journal = Journal(path)
    journal.add_class("cat")
    step = open_step(journal)
    state, given_ = dict.fromkeys(range(3)), []  # of each question, and what was answered, in order
    for action, i, place in said:
        whole = not isinstance(state[i], dict)
        samples = tuple(GROUPS[i]) if whole else list(state[i])[place % len(state[i])]
        number = i if whole else journal.standing(step).parts_of(i)[place % len(state[i])]
        taken = state[i] if whole else state[i][samples]
        if action == "again":
            journal.close()
            journal = Journal(path)
        elif action == "undo":
            if not given_:
                with pytest.raises(ConflictError, match="nothing to undo"):
                    journal.undo(step, "ann")
                continue
            undone, part = given_.pop()
            journal.undo(step, "ann")
            if part is None:
                state[undone] = None
            else:
                state[undone][part] = None
        elif action == "split":
            answers = state[i].values() if isinstance(state[i], dict) else [state[i]]
            groups = [each.tolist() for each in np.array_split(GROUPS[i], 2 + place % 2)]
            groups = [each for each in groups if each]
            if any(answers):
                with pytest.raises(ConflictError):
                    journal.split(step, i, parts(*groups), "ann")
                continue
            journal.split(step, i, parts(*groups), "ann")
            given_ = [each for each in given_ if each != (i, None)] + [(i, None)]
            state[i] = {tuple(each): None for each in groups}
        else:
            out = samples[:1] if action == "out" and len(samples) > 1 else ()
            label = 0 if action in ("label", "out") else None
            sent = (number, "label" if label == 0 else action, "ann", 1, label, out)
            if taken:
                with pytest.raises(ConflictError, match="answered already"):
                    journal.add(step, *sent)
                continue
            journal.add(step, *sent)
            if action != "skip":
                given_.append((i, None if whole else samples))
                if whole:
                    state[i] = (label, out)
                else:
                    state[i][samples] = (label, out)
        assert state_of(journal, step) == state
    standing = journal.standing(step)
    assert standing.left(3) == sum(
        each is None if not isinstance(each, dict) else list(each.values()).count(None)
        for each in state.values()
    )
    journal.close()


@pytest.fixture
def desk(tmp_path, journal, step, clock):
    """The features of 3, 1 lie apart from those of 2, 0; the model takes 2 and 0 for a dog."""
    probability = np.full((9, 2), [0.75, 0.25])
    probability[[0, 2]] = [0, 1]
    place = np.array([9.5, 0, 9, 0.5, 1, 2, 1, 2, 3])[:, None]
    file = features_file(tmp_path / "features", np.arange(9), place, probability)
    splitter = Splitter(lambda _: {"features": file, "guesses": file})
    return Desk(journal, Claims(clock), lambda _: True, splitter=splitter)


def test_a_page_that_splits_has_all_the_parts(desk, step):
    view = desk.next("one")
    assert (view.interaction, view.can_split, view.split) == (0, True, None)
    desk.split("one", "ann", step, 0, 2, 1)
    view = desk.next("one")
    first, second = view.split.parts_of(0)
    assert view.interaction == 0
    assert [view.split.parts[n].samples.tolist() for n in (first, second)] == [[0, 2], [1, 3]]
    hints = [view.split.parts[n].hints["guess"] for n in (first, second)]
    assert hints == [{"label": 1, "probability": 1}, {"label": 0, "probability": 0.75}]
    assert desk.next("two").interaction == 1
    desk.answer("one", "ann", step, second, "label", 1, label=0)
    assert desk.next("one").interaction == 0
    assert desk.beat("one", step, 0)
    with pytest.raises(ConflictError, match="somebody else"):
        desk.answer("two", "bob", step, first, "refuse", 1)
    status = desk.next("one").status
    assert (status["answered"], status["total"]) == (2, 5)
    assert (status["splits"], status["split_answers"]) == (1, 3)
    assert (status["interactions"], status["budget"], status["left"]) == (2, 50, 50)
    desk.answer("one", "ann", step, first, "refuse", 1)
    assert desk.next("one").interaction == 2
    assert not desk.beat("one", step, 0)
    desk.undo("one", "ann", step)
    assert desk.next("one").interaction == 0


def test_a_split_stays_with_its_page_though_another_step_asks(desk, step, journal):
    """Two runs ask at once."""
    context = context_of(initial(np.arange(9)), 50, 2)
    later = journal.open_step(("s", 1, 1, "1-x"), "cluster", "e", context, parts([0, 1, 2, 3]))
    desk.split("one", "ann", later.id, 0, 2, 1)
    assert (desk.next("one").step.id, desk.next("two").step.id) == (later.id, step)


def test_a_half_answered_split_goes_on_on_another_page(desk, step, clock, journal):
    desk.split("one", "ann", step, 0, 2, 1)
    first, second = journal.standing(step).parts_of(0)
    desk.answer("one", "ann", step, first, "refuse", 1)
    clock.now += LASTS + 1
    view = desk.next("two")
    assert view.interaction == 0
    assert list(view.split.answers) == [0, first]
    desk.answer("two", "bob", step, second, "skip", 1)
    assert desk.next("two").interaction == 1  # the rest of it comes last
    assert desk.left(journal.step(step)) == [1, 2, 0]


def test_splits_of_earlier_rounds_count_and_leave_as_much_to_ask(desk, step, journal):
    desk.split("one", "ann", step, 0, 2, 1)
    for number in (*journal.standing(step).parts_of(0), 1, 2):
        journal.add(step, number, "refuse", "ann")
    assert journal.close_step(step, grace=0)
    context = context_of(initial(np.arange(9)), 50, 2) | {"interactions": 5}
    second = journal.open_step(("s", 0, 2, "1-x"), "cluster", "e", context, parts([1, 2]))
    status = desk.progress.status(second)
    assert (status["splits"], status["split_answers"], status["left"]) == (1, 3, 50 + 2 - 5)


@pytest.mark.parametrize("number", [1, 7])
def test_a_cluster_has_two_to_six_parts(desk, step, number):
    with pytest.raises(ValueError, match="2 to 6"):
        desk.split("one", "ann", step, 0, number, 1)


def test_without_features_nothing_is_split_and_nothing_breaks(journal, step, tmp_path):
    desk = Desk(journal, Claims(), lambda _: True)
    assert not desk.next("one").can_split
    with pytest.raises(ConflictError, match="features are not there"):
        desk.split("one", "ann", step, 0, 2, 1)
    gone = Splitter(lambda _: {"features": tmp_path / "gone"})
    desk = Desk(journal, Claims(), lambda _: True, splitter=gone)
    with pytest.raises(ConflictError, match="cannot be split: .*gone: no such file"):
        desk.split("one", "ann", step, 0, 2, 1)
    assert not journal.standing(step).answers
