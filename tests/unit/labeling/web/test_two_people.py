"""Two people who answer at the same time, over real connections."""

import threading
import time

import numpy as np
import pytest

from cbal.labeling.agreement import Agreements
from cbal.labeling.second import doubled
from cbal.labeling.web.names import COOKIE, as_value
from tests.people import Browser
from tests.served import Served

QUESTIONS, SHARE = 40, 0.25


@pytest.fixture
def served(tmp_path):
    served = Served(tmp_path, [f"{i}.png" for i in range(QUESTIONS)])
    for name in ("even", "odd"):
        served.journal.add_class(name)
    served.ask([[i] for i in range(QUESTIONS)], kind="individual")
    served.start("--double", str(SHARE))
    yield served
    served.close()


class Person(threading.Thread):
    """Answers until nothing is left for this person, as the sample's number says."""

    def __init__(self, served, name, errs):
        super().__init__()
        self.served, self.errs, self.taken, self.fault = served, errs, [], None
        self.browser = Browser(served.home.address)
        self.browser.open()
        self.browser.cookie += f"; {COOKIE}={as_value(name)}"
        self.browser.post("/leave")

    def run(self):
        try:
            self.work()
        except Exception as error:
            self.fault = error

    def work(self):
        view, deadline = self.browser.post("/next")[1], time.monotonic() + 100
        while view["view"] != "handing-on" and time.monotonic() < deadline:
            if view["view"] != "question":
                time.sleep(0.02)
                view = self.browser.post("/next")[1]
                continue
            where = {"step": view["step"], "interaction": view["interaction"]}
            label = (where["interaction"] + self.errs) % 2
            status, view = self.browser.post("/answer", **where, action="label", label=label)
            assert (status, "late" in view) == (200, False), view
            self.taken.append(where["interaction"])


def test_no_answer_is_lost_and_no_question_is_given_to_both_but_those_of_two(served):
    people = [Person(served, "Ann", 0), Person(served, "Zoë", 1)]
    for person in people:
        person.start()
    for person in people:
        person.join()
        assert person.fault is None
    standing = served.journal.standing(1)
    assert sorted(standing.answers) == list(range(QUESTIONS))
    (step,) = served.journal.open_steps()
    of_two = np.flatnonzero(doubled(step, QUESTIONS, SHARE)).tolist()
    others = {number: answers for number, answers in standing.others.items() if answers}
    both = sorted(set(people[0].taken) & set(people[1].taken))
    assert both == sorted(others)
    assert set(both) <= set(of_two)
    # Each person did what was due to them when the last question was answered.
    assert len(of_two) - len(both) <= 2
    assert len(people[0].taken) + len(people[1].taken) == QUESTIONS + len(both)
    for person, name in zip(people, ("Ann", "Zoë")):
        said = [answer.annotator for answer in standing.answers.values()].count(name)
        said += sum(answer.annotator == name for (answer,) in others.values())
        assert said == len(person.taken)
    found = Agreements(served.journal).of_run("s", 0)
    assert (found.questions, found.alike) == (len(both), 0)
    assert found.kappa < 0
