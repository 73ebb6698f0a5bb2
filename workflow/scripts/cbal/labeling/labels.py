"""The labels of a whole data set, as people take them away."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.labeling.given import REFUSED, Given
from cbal.pool.state import INDIVIDUAL, NONE
from cbal.storage.files import atomic

LABELS = pa.schema(
    {
        "sample_id": pa.int64(),
        "file": pa.string(),
        "label": pa.string(),
        "kind": pa.string(),
        "confidence": pa.float32(),
        "round": pa.int16(),
    }
)

# What a formula begins with, in spreadsheets of any language, and the sign that takes it away.
FORMULA = (*"=+-@\t\r\n", *"＝＋－＠", "'")


def to_predict(given: Given) -> np.ndarray:
    """Return int64[m], the samples that nobody labeled or refused one by one, ascending."""
    return np.flatnonzero((given.kind != INDIVIDUAL) & (given.kind != REFUSED))


def labels_table(
    files: Sequence[str],
    classes: Sequence[str],
    given: Given,
    round: int,
    sample_id: np.ndarray,
    probability: np.ndarray | None,
) -> pa.Table:
    """Return one row for each sample: its file, label, and where the label is from.

    `kind` is individual, cluster or model; refused, without a label, where a person said of the
    one image that it has none; null, as the label, where nobody said anything.
    `confidence` is the last model's probability of the label, null for individual ones and where
    there is no model. `round` gave the label, or refused it: 0 is the validation. The model
    gives no class that the image was taken out of a cluster of.

    Args:
        files: n names, by `sample_id`.
        classes: names of the classes.
        given: what a person said.
        round: of the model.
        sample_id: int64[m], see `to_predict`.
        probability: float32[m, classes] of these; None where there is no model.
    """
    label, round_ = given.label.copy(), given.round.copy()
    names = np.array([None, "individual", "cluster", None, "refused"], object)[given.kind]
    confidence = np.full(len(files), np.nan, np.float32)
    if probability is not None:
        possible = probability.copy()
        for row, sample in enumerate(sample_id.tolist()):
            possible[row, [c for c in given.denied.get(sample, ()) if c < possible.shape[1]]] = -1
        free = (given.kind[sample_id] == NONE) & (possible.max(axis=1) >= 0)
        rest = sample_id[free]
        label[rest], names[rest], round_[rest] = possible[free].argmax(1), "model", round
        known = (label[sample_id] >= 0) & (label[sample_id] < probability.shape[1])
        told = sample_id[known]
        confidence[told] = probability[known, label[told]]
    columns = {
        "sample_id": np.arange(len(files)),
        "file": list(files),
        "label": np.array([*classes, None], object)[label],
        "kind": names,
        "confidence": pa.array(confidence, mask=np.isnan(confidence)),
        "round": pa.array(round_, pa.int16(), mask=round_ < 0),
    }
    return pa.table(columns, schema=LABELS)


def summary(table: pa.Table) -> str:
    """Return in one line how many labels of `labels_table` are of each kind."""
    kinds = table["kind"].to_pylist()
    parts = {kind: kinds.count(kind) for kind in ("individual", "cluster", "model", "refused")}
    said = [f"{n} {kind}" for kind, n in parts.items()]
    return ", ".join([*said, f"{kinds.count(None)} without a label"])


def write_csv(path: Path, table: pa.Table) -> None:
    """Write `labels.csv`: a line for each file; what is not known is empty.

    See `cell` for names of files and classes.
    """
    with atomic(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        few, all_ = csv.writer(file), csv.writer(file, quoting=csv.QUOTE_ALL)
        names = [name for name in table.column_names if name != "sample_id"]
        few.writerow(names)
        for row in table.select(names).to_pylist():
            if row["confidence"] is not None:
                row["confidence"] = f"{row['confidence']:.4f}"
            row |= {name: cell(row[name] or "") for name in ("file", "label")}
            # In many countries a spreadsheet begins a cell after these, unless it is quoted.
            writer = all_ if any(c in row["file"] + row["label"] for c in ";\t") else few
            writer.writerow(["" if value is None else value for value in row.values()])


def cell(name: str) -> str:
    """Return a name as a cell that no spreadsheet takes for a formula.

    A name that begins as a formula does, or with an apostrophe, has an apostrophe before it:
    the first one of a cell is never part of the name.
    """
    return f"'{name}" if name.startswith(FORMULA) or name.lstrip().startswith(FORMULA) else name
