"""The take-away labels: a label for every file of a data set, as a table and as `labels.csv`."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.labeling.given import REFUSED, Given
from cbal.pool.state import INDIVIDUAL, NONE
from cbal.storage.files import atomic

# Columns of the labels; `labels_table` has `annotator` besides, which files of before lack.
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

# Characters that start a formula in a spreadsheet, and the apostrophe, which prevents that.
FORMULA = (*"=+-@\t\r\n", *"＝＋－＠", "'")


def to_predict(given: Given) -> np.ndarray:
    """Return int64[m], ascending: samples that nobody labeled or refused individually."""
    return np.flatnonzero((given.kind != INDIVIDUAL) & (given.kind != REFUSED))


def labels_table(
    files: Sequence[str],
    classes: Sequence[str],
    given: Given,
    round: int,
    sample_id: np.ndarray,
    probability: np.ndarray | None,
    gone: Mapping[int, int | None] | None = None,
) -> pa.Table:
    """Return one row for each sample: its file, its label, and who gave the label.

    `kind` is individual, cluster or model; refused, without a label, if a person refused the
    single image; null, without a label, if there is neither an answer nor a prediction.
    `confidence` is the last model's probability of the label; null for individual labels and
    without a model. `round` is the round of the label or refusal; 0 is the validation.
    `annotator` is the name of the person whose answer it is, if it is known. The model does not
    predict a class if the image was taken out of a cluster of that class.

    Args:
        files: n file names, by `sample_id`.
        classes: names of the classes.
        given: labels that a person gave.
        round: round of the model.
        sample_id: int64[m], samples to predict, as `to_predict` returns them.
        probability: float32[m, classes] of these samples; None without a model.
        gone: classes that were merged into another one, or deleted (None).
    """
    probability = without_gone(probability, gone or {})
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
    people = pa.array(given.annotators(), pa.string())
    return pa.table(columns, schema=LABELS).append_column("annotator", people)


def without_gone(
    probability: np.ndarray | None, gone: Mapping[int, int | None]
) -> np.ndarray | None:
    """Return probabilities, float32[m, classes], without classes that are gone.

    That of a merged class is added to the class that it is now a part of, which the model may not
    know. Nothing gets a deleted class: its probability is negative.

    Args:
        probability: float32[m, known classes]; None without a model.
        gone: the class that each class that is gone has become, or None.
    """
    if probability is None or not gone:
        return probability
    known = probability.shape[1]
    classes = max([known, *(into + 1 for into in gone.values() if into is not None)])
    result = np.zeros((len(probability), classes), np.float32)
    result[:, :known] = probability
    for number, into in gone.items():
        if number < known:
            if into is not None:
                result[:, into] += probability[:, number]
            result[:, number] = -1
    return result


def summary(table: pa.Table) -> str:
    """Return one line with the number of labels of each kind in a `labels_table`."""
    kinds = table["kind"].to_pylist()
    parts = {kind: kinds.count(kind) for kind in ("individual", "cluster", "model", "refused")}
    said = [f"{n} {kind}" for kind, n in parts.items()]
    return ", ".join([*said, f"{kinds.count(None)} without a label"])


def write_csv(path: Path, table: pa.Table) -> None:
    """Write `labels.csv` with a line for each file; unknown values are empty.

    Names of files and classes are written as `cell` returns them.
    """
    with atomic(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        few, all_ = csv.writer(file), csv.writer(file, quoting=csv.QUOTE_ALL)
        names = [name for name in table.column_names if name != "sample_id"]
        chosen = {"file", "label", "annotator"} & set(names)  # by people
        few.writerow(names)
        for row in table.select(names).to_pylist():
            if row["confidence"] is not None:
                row["confidence"] = f"{row['confidence']:.4f}"
            row |= {name: cell(row[name] or "") for name in chosen}
            # In many countries a spreadsheet splits cells at these characters, unless quoted.
            writer = all_ if any(c in row[name] for name in chosen for c in ";\t") else few
            writer.writerow(["" if value is None else value for value in row.values()])


def cell(name: str) -> str:
    """Return a name as the text of a cell that no spreadsheet reads as a formula.

    An apostrophe is added before a name that starts like a formula or with an apostrophe. So an
    apostrophe at the start of a cell is never part of the name.
    """
    return f"'{name}" if name.startswith(FORMULA) or name.lstrip().startswith(FORMULA) else name
