"""The desk: which page gets which question."""

import numpy as np
import pytest

from cbal.labeling.asking import context_of
from cbal.labeling.desk import Desk
from cbal.labeling.journal import ConflictError, Journal
from cbal.labeling.leases import LASTS, Claims
from cbal.labeling.records import Question
from cbal.labeling.review.journal import Reviews
from cbal.pool.state import initial


@pytest.fixture
def desk(tmp_path, clock, waiting):
    journal = Journal(tmp_path / "journal.sqlite")
    journal.add_class("cat")
    yield Desk(journal, Claims(clock), waiting.__contains__)
    journal.close()


@pytest.fixture
def step(desk, waiting):
    questions = [Question(np.array(group)) for group in ([1, 2, 3], [4, 5], [6])]
    context = context_of(initial(np.arange(9)), 50, 2)
    step = desk.journal.open_step(("s", 0, 1, "1-x"), "cluster", "d", context, questions)
    waiting.add(step.id)
    return step.id


def test_a_page_keeps_its_question_and_another_gets_the_next(desk, step):
    assert desk.next("one").interaction == 0
    assert desk.next("one").interaction == 0
    assert desk.next("two").interaction == 1
    assert desk.next("three").interaction == 2
    assert desk.next("four").name == "others"


def test_a_page_comes_with_a_question_where_no_page_has_one(desk, step, clock):
    assert desk.first("one").interaction == 0
    assert desk.first("two") is None
    assert desk.next("two").interaction == 1
    clock.now += LASTS + 1
    assert desk.first("three").interaction == 0


def test_a_page_comes_with_nothing_where_nothing_is_asked(desk):
    assert desk.first("one") is None


def test_a_silent_page_loses_its_question(desk, step, clock):
    desk.next("one")
    clock.now += LASTS - 1
    assert desk.beat("one", step, 0)
    clock.now += LASTS - 1
    assert desk.next("two").interaction == 1
    clock.now += 2
    assert desk.next("three").interaction == 0
    assert not desk.beat("one", step, 0)
    with pytest.raises(ConflictError, match="somebody else"):
        desk.answer("one", "ann", step, 0, "refuse", 1)


def test_a_closed_page_gives_its_question_up_at_once(desk, step):
    desk.next("one")
    desk.leave("one")
    assert desk.next("two").interaction == 0


def test_the_late_goodbye_of_an_earlier_load_takes_no_question_away(desk, step):
    """A page that is loaded again sends goodbye and asks anew; either may arrive first."""
    desk.next("one", 1)
    assert desk.next("one", 2).interaction == 0
    desk.leave("one", 1)
    assert desk.next("two").interaction == 1
    assert desk.beat("one", step, 0, 1)  # sent before, too
    desk.leave("one", 1)
    assert desk.next("three").interaction == 2
    desk.leave("one", 2)
    assert desk.next("four").interaction == 0


def test_a_page_loaded_again_has_its_question_again_after_an_answer_and_an_undo(desk, step):
    desk.answer("one", "ann", step, desk.next("one", 2).interaction, "refuse", 1)
    assert desk.next("one", 2).interaction == 1
    desk.undo("one", "ann", step)
    desk.leave("one", 1)
    assert desk.next("two").interaction == 1
    assert desk.next("one", 2).interaction == 0


def test_what_is_put_off_comes_last(desk, step):
    desk.answer("one", "ann", step, desk.next("one").interaction, "skip", 1)
    order = []
    for _ in range(3):
        order.append(desk.next("one").interaction)
        desk.answer("one", "ann", step, order[-1], "refuse", 1)
    assert order == [1, 2, 0]
    assert desk.next("one").name == "handing-on"


def test_the_only_one_left_comes_back_though_it_was_put_off(desk, step):
    for interaction in (0, 1):
        desk.answer("one", "ann", step, interaction, "refuse", 1)
    desk.answer("one", "ann", step, 2, "skip", 1)
    assert desk.next("one").interaction == 2


def test_undo_shows_the_question_again_to_who_asked(desk, step):
    desk.answer("one", "ann", step, 0, "label", 1, label=0)
    desk.next("one")
    desk.undo("one", "ann", step)
    assert desk.next("one").interaction == 0
    assert desk.next("two").interaction == 1


def test_undo_goes_back_through_the_steps_of_the_round(desk, step, waiting):
    for interaction in range(3):
        desk.answer("one", "ann", step, interaction, "label", 1, label=0)
    assert desk.journal.close_step(step, grace=0)
    waiting.clear()
    context = desk.journal.step(step).context | {"position": 2, "interactions": 3, "cluster": 6}
    second = desk.journal.open_step(
        ("s", 0, 1, "2-y"), "individual", "e", context, [Question(np.array([i])) for i in (7, 8)]
    )
    waiting.add(second.id)
    desk.answer("one", "ann", second.id, 0, "label", 1, label=0)
    assert desk.next("two").interaction == 1
    for _ in range(2):
        desk.undo("one", "ann", second.id)
    view = desk.next("one")
    assert (view.step.id, view.interaction) == (step, 2)
    assert desk.beat("one", step, 2)
    status = view.status
    assert (status["interactions"], status["cluster"], status["individual"]) == (2, 5, 0)
    assert (status["step"], status["answered"], status["total"]) == ("1-x", 2, 3)
    assert desk.next("two").step.id == second.id
    desk.answer("one", "ann", step, 2, "refuse", 1)
    view = desk.next("one")
    assert (view.step.id, view.interaction) == (second.id, 0)
    assert (view.status["interactions"], view.status["cluster"]) == (3, 5)


def test_how_many_questions_wait(desk, step, waiting):
    assert desk.waiting() == 3
    desk.answer("one", "ann", step, 0, "refuse", 1)
    assert desk.waiting() == 2
    waiting.clear()
    assert desk.waiting() == 0


def test_the_next_question_is_named_ahead(desk, step):
    assert desk.next("one").ahead == (4, 5)


def test_numbers(desk, step):
    desk.answer("one", "ann", step, 0, "label", 3, new_class="dog", excluded=(2,))
    desk.answer("one", "ann", step, 1, "refuse", 1)
    status = desk.next("one").status
    assert (status["answered"], status["total"]) == (2, 3)
    assert (status["interactions"], status["budget"]) == (2, 50)
    assert (status["individual"], status["cluster"]) == (0, 2)
    assert status["seconds"] == 2
    assert desk.journal.classes() == ["cat", "dog"]


def test_progress_in_words_that_need_no_explanation(desk, step, waiting):
    validation = [Question(np.array([i])) for i in (7, 8)]
    held_out = desk.journal.open_step(
        ("validation", 0, 0, "validation"), "individual", "v", context_of(None, 50, 2), validation
    ).id
    desk.journal.add(held_out, 0, "label", "ann", label=0)
    desk.journal.add(held_out, 1, "refuse", "ann")
    desk.answer("one", "ann", step, 0, "label", 3, label=0)
    status = desk.next("one").status
    assert (status["labeled"], status["images"], status["left"]) == (3, 9, 49)
    assert (status["brought"], status["accuracy"]) == (0, None)
    for interaction in (1, 2):
        desk.answer("one", "ann", step, interaction, "refuse", 1)
    assert desk.journal.close_step(step, grace=0)
    context = context_of(initial(np.arange(9)), 50, 2) | {"interactions": 3}
    second = desk.journal.open_step(
        ("s", 0, 2, "1-x"), "cluster", "e", context, [Question(np.array([1, 2, 4]))]
    )
    waiting.add(second.id)
    desk.progress._measured = lambda scenario, seed, round: {1: 0.5}.get(round)
    view = desk.next("one")
    assert (view.status["brought"], view.status["left"]) == (3, 47)
    accuracy = view.status["accuracy"]
    assert (accuracy.share, accuracy.images, accuracy.points) == (0.5, 1, None)
    assert accuracy.low < 0.5 < accuracy.high
    assert view.uses == {0: 1}


def test_between_rounds_and_at_the_end(desk, step, waiting):
    waiting.clear()  # no job waits: it is gone, or has written the answers of the step
    assert desk.next("one").name == "training"
    desk.ended = True
    assert desk.next("one").name == "ended"
    assert not desk.beat("one", step, 0)


def test_images_by_cluster_do_not_fall_when_a_round_asks_for_cluster_labels_again(
    desk, step, waiting
):
    for interaction in range(3):
        desk.answer("one", "ann", step, interaction, "label", 1, label=0)
    assert desk.journal.close_step(step, grace=0)
    context = context_of(initial(np.arange(9)), 50, 2)  # the pool has no cluster label now
    questions = [Question(np.array(group)) for group in ([1, 2, 7], [3, 8], [4, 5, 6])]
    second = desk.journal.open_step(("s", 0, 2, "1-x"), "cluster", "e", context, questions)
    waiting.add(second.id)
    assert desk.next("one").status["cluster"] == 6
    desk.answer("one", "ann", second.id, 0, "label", 1, label=0)
    assert desk.next("one").status["cluster"] == 7
    desk.answer("one", "ann", second.id, 1, "refuse", 1)
    assert desk.next("one").status["cluster"] == 7
    desk.answer("one", "ann", second.id, 2, "label", 1, label=0, excluded=(6,))
    assert desk.progress.status(second)["cluster"] == 6  # a person took 6 out of the cluster


def test_a_wait_after_a_round_says_how_long(tmp_path, clock):
    lasts = {2: 90.0}
    journal = Journal(tmp_path / "journal.sqlite")
    desk = Desk(journal, Claims(clock), lambda step: False, lasts=lambda *run: lasts.get(run[2]))
    for round in (1, 2):
        context = context_of(initial(np.arange(9)), 50, 3, (1, 1))
        asked = [Question(np.array([round]))]
        step = journal.open_step(("s", 0, round, "1-x"), "individual", f"d{round}", context, asked)
        journal.add(step.id, 0, "refuse", "ann")
        journal.close_step(step.id, grace=0)
        said = desk.next("one").status["wait"]
        assert ("not known yet" if round == 1 else "left") in said
    # Between two steps of a round nothing is trained.
    context = context_of(initial(np.arange(9)), 50, 3, (1, 2))
    asked = [Question(np.array([5]))]
    step = journal.open_step(("s", 0, 3, "1-x"), "individual", "d3", context, asked)
    journal.add(step.id, 0, "refuse", "ann")
    journal.close_step(step.id, grace=0)
    assert desk.next("one").status["wait"] == ""
    journal.close()


def test_a_corrected_image_is_counted_once_in_the_rounds_after(tmp_path, clock):
    journal = Reviews(tmp_path / "journal.sqlite")
    journal.add_class("cat")
    desk = Desk(journal, Claims(clock), lambda step: True)
    asked = [Question(np.arange(4))]
    first = journal.open_step(
        ("s", 0, 1, "1-x"), "cluster", "d", context_of(initial(np.arange(9)), 50, 3), asked
    )
    journal.add(first.id, 0, "label", "ann", label=0)
    journal.close_step(first.id, grace=0)
    journal.correct(("s", 0), [1], "ann", label=0)
    journal.correct(("s", 0), [2], "ann")
    context = context_of(initial(np.arange(9)), 50, 3) | {"individual": 1}
    context["reviewed"] = journal.last_event()
    journal.open_step(("s", 0, 2, "1-x"), "cluster", "e", context, [Question(np.arange(5, 8))])
    status = desk.next("one").status
    assert (status["individual"], status["cluster"], status["labeled"]) == (1, 2, 3)
    journal.close()
