"""The file in which a round says what the rule of its sweep thinks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from cbal.stopping.rules import MEASURES, Rule, mean_of, more, sentence
from cbal.storage.files import read_table

VERDICT = pa.schema(
    {
        "dataset": pa.string(),
        "scenario": pa.string(),
        "seed": pa.int32(),
        "round": pa.int32(),
        **dict.fromkeys(MEASURES, pa.float64()),
        "mean": pa.float64(),  # of the rule's measure, over its rounds
        "at": pa.float64(),
        "stopped": pa.bool_(),
        "outlook": pa.string(),
    }
)


def verdict_of(
    keys: dict[str, Any],
    rule: Rule,
    measured: dict[int, dict[str, float | None]],
    earlier: Sequence[Path] = (),
) -> pa.Table:
    """Return the row of `stopping.parquet`.

    A run that has stopped stays so, whatever its later rounds lack.

    Args:
        keys: of the round.
        rule: of the sweep.
        measured: measures of this round and of those before it that the rule looks at, by round.
        earlier: `stopping.parquet` of the round before, if there is one.
    """
    rows = list(measured.values())
    known = measured.get(keys["round"], {})
    row = {
        "mean": mean_of(rule.measure, rows, rule.over) if known else None,
        "at": rule.at,
        "stopped": any(map(has_stopped, earlier)) or bool(known and rule.stops(rows)),
        "outlook": sentence(more(rows)) if known else None,
    }
    return pa.Table.from_pylist([{**keys, **known, **row}], VERDICT)


def has_stopped(verdict: Path | None) -> bool:
    """Return whether a run has stopped by a round, from its `stopping.parquet`, if there is one."""
    return verdict is not None and read_table(verdict, ["stopped"])["stopped"][0].as_py()
