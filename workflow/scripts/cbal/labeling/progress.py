"""How far a run is that a person labels: the numbers that the page always shows."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from cbal.labeling.agreement import Agreements
from cbal.labeling.given import IMPORTED, VALIDATION, Given, replay
from cbal.labeling.journal import Journal
from cbal.labeling.measured import Measured, latest
from cbal.labeling.records import Standing, Step
from cbal.labeling.waits import Waits, in_words
from cbal.pool.state import CLUSTER


class Progress:
    """The numbers of runs. Not for several threads at once."""

    def __init__(self, journal: Journal, measured: Measured, lasts: Waits):
        """Start without cached answers; for the arguments see `Desk`."""
        self._journal, self._measured, self._lasts = journal, measured, lasts
        self._agreements = Agreements(journal)
        # Labels and answers before a round, by ids of steps.
        self._said: dict[tuple[int, ...], tuple[Given, list[Standing]]] = {}
        self._groups: dict[int, list[np.ndarray]] = {}

    def wait_after(self, step: Step) -> str:
        """Return in words how long the wait after a round's last step still lasts.

        "" if the step is another one: then only the next query is made.
        """
        scenario, seed, round_, _ = step.key
        if not round_ or step.position < step.context.get("steps", 1):
            return ""
        whole = self._lasts(scenario, seed, round_)
        answers = self._journal.standing(step.id).answers.values()
        since = time.time() - max((answer.at for answer in answers), default=time.time())
        return in_words(None if whole is None else whole - since)

    def status(self, step: Step) -> dict[str, Any]:
        """Return the numbers that the page always shows.

        Keys: round, rounds, step, kind, position, steps; answered and total (questions of the
        step, and parts of split ones); interactions, budget and left (of the run); splits and
        split_answers (clusters of the run that are split, and the answers that they take);
        images; individual, cluster and labeled (images labeled so far; cluster labels of all
        rounds count, even if a later round asks again); brought (images whose label is of the
        round before); accuracy (see `measured`); agreement (of two people, see `agreement`; None
        without such answers); seconds (per interaction of the run, None before the first).
        """
        scenario, seed, round_, name = step.key
        steps = self._journal.round_of(step)
        status = {
            **step.context,
            **{key: steps[0].context[key] for key in ("interactions", "individual")},
            "round": round_,
            "step": name,
            "kind": step.kind,
            "seconds": self._journal.pace(scenario, seed),
        }
        parts = [(each, self._shown(each), self._journal.standing(each.id)) for each in steps]
        for each, groups, standing in parts:
            if each.id == step.id:
                total = len(groups) + len(standing.parts)
                status |= {"answered": len(standing.answers), "total": total}
            status["interactions"] += len(standing.answers)
            if each.kind == "individual":
                labels = [answer.label for answer in standing.answers.values()]
                status["individual"] += len(labels) - labels.count(None)
        before, standings = self._before(step)
        standings = [*standings, *(standing for _, _, standing in parts)]
        splits = sum(len({part.of for part in each.parts.values()}) for each in standings)
        more = sum(len(each.parts) for each in standings)
        given = before.copy(1 + max((_last(groups) for _, groups, _ in parts)))
        replay(given, parts)
        last = (before.label >= 0) & (before.round == round_ - 1)
        status["cluster"] = int((given.kind == CLUSTER).sum())
        return status | {
            "labeled": status["individual"] + status["cluster"],
            "left": max(status["budget"] + more - status["interactions"], 0),
            "splits": splits,
            "split_answers": splits + more,
            "brought": int(last.sum()) if round_ > 1 else 0,
            "accuracy": latest(self._measured, (scenario, seed), round_, self._to_measure_by()),
            "agreement": self._agreements.of_run(scenario, seed),
        }

    def _to_measure_by(self) -> int:
        """Return the number of images with a label of the validation."""
        return len(self.labels(self._journal.run_of(*VALIDATION)))

    def labels(self, steps: Sequence[Step]) -> list[int]:
        """Return the labels that were given in some steps, refusals left out."""
        answers = (self._journal.standing(step.id).answers.values() for step in steps)
        return [answer.label for each in answers for answer in each if answer.label is not None]

    def _before(self, step: Step) -> tuple[Given, list[Standing]]:
        """Return the labels given in the rounds before a step's round, and their answers.

        Answers of earlier rounds cannot change, nor what the round knew of the review: it is kept.
        """
        until = self._journal.round_of(step)[0].context.get("reviewed", 0)
        run = [*self._journal.run_of(*IMPORTED), *self._journal.run_of(*step.key[:2])]
        steps = [each for each in run if each.key[2] < step.key[2] and each.state != "dropped"]
        key = (until, *(each.id for each in steps))
        if key not in self._said:
            parts = [(each, self._shown(each), self._journal.standing(each.id)) for each in steps]
            given = Given.nothing(1 + max((_last(groups) for _, groups, _ in parts), default=-1))
            changes = self._journal.changes(*step.key[:2], until) if until else []
            replay(given, parts, [change for change in changes if change.stands])
            self._said = {key: (given, [standing for _, _, standing in parts])}
        return self._said[key]

    def _shown(self, step: Step) -> list[np.ndarray]:
        """Return the samples of a step's questions; they never change, so they are cached."""
        if step.id not in self._groups:
            self._groups[step.id] = self._journal.groups(step.id)
        return self._groups[step.id]


def _last(groups: Sequence[np.ndarray]) -> int:
    """Return the highest sample of some questions; -1 if there are no questions."""
    return int(np.concatenate(groups).max()) if groups else -1
