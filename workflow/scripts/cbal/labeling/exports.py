"""The take-away labels in the layouts of other programs, for image files.

Only files that exist are written. Of `class_folders` torchvision and FiftyOne read the layout.
"""

import csv
import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import pyarrow as pa

from cbal.labeling.class_folders import vanished
from cbal.storage.files import atomic, whole_folder

ANNOTATOR = "annotator"  # column with the name of who gave a label
MODEL = "model"  # the kind of a label that no person gave


def write_image_folder(out: Path, table: pa.Table, originals: Path) -> int:
    """Make a Hugging Face image folder with a link to each labeled file; return their number.

    `metadata.csv` has file_name, label, kind, confidence, original_file and, where names are known,
    annotator. The links have numbers for names, because words such as `test` in a name would make
    the library split the data set.
    https://huggingface.co/docs/datasets/image_dataset

    Args:
        out: folder to make; it appears when it is complete.
        table: labels, as `labels_table` returns them.
        originals: folder of the files.
    """
    rows, gone = [], set(vanished(table, originals))
    people = [ANNOTATOR] if _has_names(table) else []
    with whole_folder(out) as building:
        (building / "images").mkdir()
        for row in table.to_pylist():
            if row["label"] is None or row["file"] in gone:
                continue
            name = f"images/{row['sample_id']:07}{PurePosixPath(row['file']).suffix.lower()}"
            (building / name).symlink_to((originals / row["file"]).resolve())
            kept = ("label", "kind", "confidence", "file", *people)
            rows.append([name, *(row[key] for key in kept)])
        with (building / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["file_name", "label", "kind", "confidence", "original_file", *people])
            writer.writerows(rows)
    return len(rows)


def _has_names(table: pa.Table) -> bool:
    return ANNOTATOR in table.column_names and table[ANNOTATOR].null_count < len(table)


def write_tasks(out: Path, table: pa.Table, originals: Path) -> int:
    """Write a Label Studio tasks file with every file that exists; return their number.

    A label that a person gave is an annotation, one of the model a prediction with its score. The
    images are addressed as files of Label Studio's local storage, with `originals` as its root.
    https://labelstud.io/guide/task_format

    Args:
        out: JSON file to write.
        table, originals: see `write_image_folder`.
    """
    rows = [row for row in table.to_pylist() if (originals / row["file"]).exists()]
    with atomic(out) as temporary:
        temporary.write_text(json.dumps([_task(row) for row in rows], ensure_ascii=False, indent=1))
    return len(rows)


def _task(row: dict[str, Any]) -> dict[str, Any]:
    image = f"/data/local-files/?d={quote(row['file'])}"
    task: dict[str, Any] = {"data": {"image": image, "file": row["file"], "kind": row["kind"]}}
    if row.get(ANNOTATOR):
        task["data"][ANNOTATOR] = row[ANNOTATOR]
    if row["label"] is None:
        return task
    choice = {"from_name": "label", "to_name": "image", "type": "choices"}
    result = [choice | {"value": {"choices": [row["label"]]}}]
    if row["kind"] != MODEL:
        return task | {"annotations": [{"result": result}]}
    return task | {"predictions": [{"result": result, "score": row["confidence"]}]}


def write_interface(out: Path, classes: Sequence[str]) -> None:
    """Write the labeling interface of Label Studio that fits `write_tasks`, as XML."""
    choices = "\n".join(f"    <Choice value={quoteattr(name)}/>" for name in classes)
    with atomic(out) as temporary:
        temporary.write_text(
            '<View>\n  <Image name="image" value="$image"/>\n'
            f'  <Choices name="label" toName="image">\n{choices}\n  </Choices>\n</View>\n',
            encoding="utf-8",
        )
