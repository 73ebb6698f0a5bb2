"""A journal with answers that a review corrects."""

import numpy as np
import pytest

from cbal.labeling.asking import digest_of
from cbal.labeling.records import Question
from cbal.labeling.review.journal import Reviews

RUN = ("s", 0)
FILES = [f"{i}.png" for i in range(12)]
CAT, DOG, BIRD = 0, 1, 2


def ask(journal, groups, kind="cluster", round=1, step="1-a"):
    """Return the number of a step of the run that asks some questions."""
    groups = [np.array(group) for group in groups]
    questions = [Question(group) for group in groups]
    key, digest = (*RUN, round, step), digest_of(groups, FILES)
    return journal.open_step(key, kind, digest, {"position": 1, "images": 12}, questions).id


@pytest.fixture
def journal(tmp_path):
    """Cats are 0 to 3, dogs 4 to 6 by clusters; a bird is 7, a cat 8 alone; 9 to 11 have none."""
    journal = Reviews(tmp_path / "journal.sqlite")
    for name in ("cat", "dog", "bird"):
        journal.add_class(name)
    step = ask(journal, [range(4), range(4, 7), range(9, 12)])
    journal.add(step, 0, "label", "ann", 1, label=CAT)
    journal.add(step, 1, "label", "ann", 1, label=DOG)
    journal.add(step, 2, "refuse", "ann", 1)
    alone = ask(journal, [[7], [8]], "individual", step="2-b")
    journal.add(alone, 0, "label", "ann", 1, label=BIRD)
    journal.add(alone, 1, "label", "ann", 1, label=CAT)
    yield journal
    journal.close()
