"""Changes of labels and classes: events that are kept, undone, and lost never."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cbal.labeling.changes import gone_by
from cbal.labeling.given import given_to
from cbal.labeling.journal import ConflictError
from cbal.labeling.review.journal import Reviews
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE
from tests.conftest import ROOT
from tests.unit.labeling.review.conftest import BIRD, CAT, DOG, FILES, RUN, ask

CLEARED = (-1, NONE)


def labels(journal):
    """Return label and kind of every image, and the names of the classes."""
    held, others = given_to(journal, *RUN, FILES)
    assert not others
    return list(zip(held.label.tolist(), held.kind.tolist())), journal.classes()


def test_one_image_is_corrected_and_the_correction_undone(journal):
    before = labels(journal)
    journal.correct(RUN, [2], "ann", label=DOG, round=3, seconds=2.5)
    held, _ = given_to(journal, *RUN, FILES)
    assert (held.label[2], held.kind[2], held.round[2]) == (DOG, INDIVIDUAL, 3)
    assert held.kind[1] == CLUSTER
    assert journal.take_back(RUN, "ann").samples.tolist() == [2]
    assert labels(journal) == before
    with pytest.raises(ConflictError, match="no change of yours"):
        journal.take_back(RUN, "ann")


def test_many_images_are_corrected_in_one_change(journal):
    journal.correct(RUN, [0, 1, 9, 9], "ann", new_class="a heron")
    now, classes = labels(journal)
    heron = classes.index("a heron")
    assert [now[i] for i in (0, 1, 9)] == [(heron, INDIVIDUAL)] * 3
    assert len(journal.changes(*RUN)) == 1


def test_labels_are_taken_back_and_can_be_asked_again(journal):
    journal.correct(RUN, [0, 1, 2, 3, 8], "ann")
    assert [labels(journal)[0][i] for i in (0, 3, 8)] == [CLEARED] * 3
    again = ask(journal, [[0, 1]], round=2)
    journal.add(again, 0, "label", "ann", label=BIRD)
    assert labels(journal)[0][0] == (BIRD, CLUSTER)


def test_an_individual_correction_outlives_later_clusters(journal):
    journal.correct(RUN, [0], "ann", label=DOG)
    again = ask(journal, [[0, 1]], round=2)
    journal.add(again, 0, "label", "ann", label=BIRD)
    now, _ = labels(journal)
    assert (now[0], now[1]) == ((DOG, INDIVIDUAL), (BIRD, CLUSTER))


def test_a_class_is_renamed_and_keeps_its_number(journal):
    before = labels(journal)
    journal.change_class("rename", CAT, "ann", name="  wild  cat ")
    assert labels(journal) == (before[0], ["wild cat", "dog", "bird"])
    assert journal.first_names() == ["cat", "dog", "bird"]
    journal.start_with(["cat", "dog", "fish"])  # settings name it as before
    assert journal.classes() == ["wild cat", "dog", "bird", "fish"]
    journal.take_back(RUN, "ann")
    assert journal.classes()[:3] == before[1]


def test_a_merged_class_gives_its_labels_away(journal):
    before = labels(journal)
    journal.change_class("merge", DOG, "ann", into=CAT)
    now, classes = labels(journal)
    assert [now[i] for i in (4, 6, 0)] == [(CAT, CLUSTER)] * 3
    assert classes == ["cat", "dog (merged into cat)", "bird"]
    assert journal.gone() == {DOG: CAT}
    journal.correct(RUN, [4], "ann", new_class="dog")  # the name is free
    assert journal.classes()[3] == "dog"
    with pytest.raises(ValueError, match="no class 1"):
        journal.correct(RUN, [4], "ann", label=DOG)
    journal.take_back(RUN, "ann")
    with pytest.raises(ConflictError, match="there is a class 'dog'"):
        journal.take_back(RUN, "ann")
    journal.change_class("rename", 3, "bob", name="hound")
    journal.take_back(RUN, "ann")
    assert labels(journal) == (before[0], ["cat", "dog", "bird", "hound"])


def test_a_deleted_class_leaves_its_images_without_a_label(journal):
    before = labels(journal)
    journal.change_class("delete", CAT, "ann")
    assert [labels(journal)[0][i] for i in (0, 3, 8)] == [CLEARED] * 3
    step = ask(journal, [[0, 1]], round=2)
    with pytest.raises(ValueError, match="no class 0"):
        journal.add(step, 0, "label", "ann", label=CAT)
    journal.take_back(RUN, "ann")
    assert labels(journal) == before


def test_classes_that_are_gone_are_followed_to_the_last(journal):
    journal.change_class("merge", DOG, "ann", into=BIRD)
    journal.change_class("merge", BIRD, "ann", into=CAT)
    assert journal.gone() == {DOG: CAT, BIRD: CAT}
    journal.change_class("delete", CAT, "ann")
    assert journal.gone() == {DOG: None, BIRD: None, CAT: None}
    assert gone_by(journal.class_changes()[:1]) == {DOG: BIRD}


def test_an_image_taken_out_of_a_merged_class_is_not_of_the_other(journal):
    step = ask(journal, [[9, 10]], round=2)
    journal.add(step, 0, "label", "ann", label=DOG, excluded=[10])
    journal.change_class("merge", DOG, "ann", into=CAT)
    assert given_to(journal, *RUN, FILES)[0].denied[10] == {CAT}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"samples": []}, "no image is chosen"),
        ({"samples": [1], "label": 7}, "no class 7"),
        ({"samples": [1], "label": 1, "new_class": "x"}, "or a new one"),
        ({"samples": [1], "new_class": "\u202e"}, "visible characters"),
        ({"action": "rename", "number": CAT, "name": "dog"}, "merge the two"),
        ({"action": "rename", "number": CAT, "name": "DOG"}, "one folder"),
        ({"action": "rename", "number": 9, "name": "x"}, "no class 9"),
        ({"action": "merge", "number": CAT, "into": CAT}, "into itself"),
        ({"action": "merge", "number": CAT, "into": 8}, "no class 8"),
        ({"action": "delete", "number": CAT, "into": DOG}, "goes with"),
        ({"action": "forget", "number": CAT}, "unknown action"),
    ],
)
def test_a_wrong_change_changes_nothing(journal, said, why):
    before = labels(journal)
    with pytest.raises(ValueError, match=why):
        if "samples" in said:
            journal.correct(RUN, person="ann", **said)
        else:
            journal.change_class(person="ann", **said)
    assert labels(journal) == before
    assert not journal.changes(*RUN)


def test_a_class_may_change_its_name_to_another_case(journal):
    journal.change_class("rename", CAT, "ann", name="Cat")
    assert journal.classes()[CAT] == "Cat"


def test_a_request_that_comes_again_changes_nothing_more(journal):
    for _ in range(2):
        journal.correct(RUN, [2], "ann", label=DOG, request="key-1")
        journal.change_class("merge", BIRD, "ann", into=CAT, request="key-2")
    assert len(journal.changes(*RUN)) == 2
    assert journal.take_back(RUN, "ann", request="key-3") is not None
    assert journal.take_back(RUN, "ann", request="key-3") is None
    assert labels(journal)[0][2] == (DOG, INDIVIDUAL)
    with pytest.raises(ConflictError, match="that of another change"):
        journal.correct(RUN, [2], "ann", request="key-1")


def test_nobody_undoes_what_somebody_else_changed(journal):
    journal.correct(RUN, [2], "ann", label=DOG)
    with pytest.raises(ConflictError, match="no change of yours"):
        journal.take_back(RUN, "bob")


def test_the_review_is_never_asked_and_no_part_of_the_pace(journal):
    pace = journal.pace(*RUN)
    closed = journal.latest_closed()
    journal.correct(RUN, [2], "ann", label=DOG, seconds=500)
    assert journal.pace(*RUN) == pace
    assert journal.latest_closed() == closed
    assert all(step.key[0] == "s" for step in journal.open_steps())


def test_other_runs_keep_their_labels(journal):
    journal.correct(("other", 1), [2], "ann", label=DOG)
    assert labels(journal)[0][2] == (CAT, CLUSTER)


MOVES = st.one_of(
    st.tuples(st.just("relabel"), st.sets(st.integers(0, 11), min_size=1), st.integers(0, 3)),
    st.tuples(st.just("clear"), st.sets(st.integers(0, 11), min_size=1), st.none()),
    st.tuples(st.just("rename"), st.integers(0, 3), st.sampled_from(["fox", "cat", "owl"])),
    st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.just("delete"), st.integers(0, 3), st.none()),
    st.tuples(st.just("undo"), st.none(), st.none()),
)


def move(journal, what, about, to):
    if what == "relabel":
        journal.correct(RUN, sorted(about), "ann", label=to)
    elif what == "clear":
        journal.correct(RUN, sorted(about), "ann")
    elif what == "undo":
        journal.take_back(RUN, "ann")
    else:
        journal.change_class(
            what, about, "ann", to if what == "rename" else None, to if what == "merge" else None
        )


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=st.lists(MOVES, max_size=12))
def test_what_is_undone_is_undone_and_the_rest_is_there_after_a_restart(journal, moves):
    states = [labels(journal)]
    refused = 0
    for what, about, to in moves:
        try:
            move(journal, what, about, to)
        except (ConflictError, ValueError):
            refused += 1
            assert labels(journal) == states[-1]
            continue
        if what == "undo":
            states.pop()
            assert labels(journal) == states[-1]
        else:
            states.append(labels(journal))
    again = Reviews(journal._path)
    assert labels(again) == states[-1]
    assert len(again.changes(*RUN)) >= len(states) - 1
    again.close()
    while len(states) > 1:  # the next example begins where this one did
        journal.take_back(RUN, "ann")
        states.pop()
        assert labels(journal) == states[-1]


CHANGES = {
    "relabel": "journal.correct(run, [0, 1], 'ann', label=1, request=key)",
    "new class": "journal.correct(run, [0, 1], 'ann', new_class='heron', request=key)",
    "take back labels": "journal.correct(run, [0, 1, 2, 3], 'ann', request=key)",
    "rename": "journal.change_class('rename', 0, 'ann', name='wild cat', request=key)",
    "merge": "journal.change_class('merge', 1, 'ann', into=0, request=key)",
    "delete": "journal.change_class('delete', 0, 'ann', request=key)",
    "undo": "journal.take_back(run, 'ann', request=key)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_on_disk_before_its_method_returns(journal, change):
    journal.correct(RUN, [8], "ann", label=DOG)
    script = f"""
        import os, signal
        from pathlib import Path
        from cbal.labeling.review.journal import Reviews
        journal, run, key = Reviews(Path({str(journal._path)!r})), {RUN!r}, "key-1"
        {CHANGES[change]}
        os.kill(os.getpid(), signal.SIGKILL)
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow/scripts")}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    killed = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    after = labels(journal)
    events = journal.last_event()
    # The reply was lost, so the page sends it again.
    exec(CHANGES[change], {"journal": journal, "run": RUN, "key": "key-1"})
    assert labels(journal) == after
    assert journal.last_event() == events
    wanted = {"undo": 8, "rename": 0, "delete": 0, "merge": 4}.get(change, 1)
    expected = {
        "relabel": (DOG, INDIVIDUAL),
        "new class": (3, INDIVIDUAL),
        "take back labels": CLEARED,
        "rename": (CAT, CLUSTER),
        "merge": (CAT, CLUSTER),
        "delete": CLEARED,
        "undo": (CAT, INDIVIDUAL),
    }
    assert after[0][wanted] == expected[change]
