"""The query of the validation: samples that a person labels before round 1, to measure by."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cbal.pool.querying import Select, make_query
from cbal.storage.files import samples_of
from cbal.strategies import random_choice
from cbal.strategies.base import Candidates, one_by_one


def validation_query(index: pa.Table, order: Sequence[int], rng: np.random.Generator) -> pa.Table:
    """Return the query of a data set's validation, one sample in an interaction.

    Args:
        index: columns sample_id and split; the samples of the test split are asked.
        order: samples in the order in which they were asked before; [] draws one.
        rng: draws the order.
    """
    measured = Candidates(samples_of(index, "test"))
    select = _in_order(order) if order else random_choice.select
    return make_query(measured, select, "individual", len(measured), rng, 1, {})


def _in_order(order: Sequence[int]) -> Select:
    """Return a strategy that shows samples one by one in a given order."""
    return lambda *_: one_by_one(np.array(order), np.full(len(order), np.nan))
