"""What a page shows: a question, or the reason why there is none."""

from dataclasses import dataclass, field
from typing import Any

from cbal.labeling.records import Question, Standing, Step


@dataclass(frozen=True)
class View:
    """Content of a page.

    Attributes:
        name: "question" if the page shows a question. Otherwise the reason why it shows none:
            "others" (other pages have the last questions), "handing-on" (the workflow takes the
            answers), "training", or "ended" (the workflow has ended).
        status: numbers of the round and the run; see `Progress.status`.
        step, interaction, question: the question, if the page shows one.
        ahead: samples of the next question, so that the page can load their pictures.
        uses: how often each class was given before the step, by its number.
        second: whether somebody else has answered the question, and this person is asked, too.
        can_split: whether the question is a cluster that can be split.
        split: the state of the step, if the question is a cluster that is split.
    """

    name: str
    status: dict[str, Any]
    step: Step | None = None
    interaction: int | None = None
    question: Question | None = None
    ahead: tuple[int, ...] = ()
    uses: dict[int, int] = field(default_factory=dict)
    second: bool = False
    can_split: bool = False
    split: Standing | None = None
