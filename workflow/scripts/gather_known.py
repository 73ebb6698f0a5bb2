"""Write the classes and the validation labels of a data set that a person labels.

For training and evaluation, the file takes the place of the true labels. It has the class names
and one label per sample, which is null except for validation images that the person labeled.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of, parser, run, say
from cbal.pool.reviewed import Labels, review_of
from cbal.storage.files import labels_of, metadata_of, read_table, write_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, gather the labels, write them."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--query", type=Path, nargs="?", help="query of the validation step")
    cli.add_argument(
        "--validation", type=Path, nargs="?", help="annotations of the validation step"
    )
    cli.add_argument(
        "--latest", type=Path, required=True, help="the latest annotations, for the class names"
    )
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    sample_id = read_table(arguments.index, ["sample_id"])["sample_id"]
    latest = metadata_of(read_table(arguments.latest))
    classes = latest["classes"]
    label = np.full(len(sample_id), -1, np.int16)
    if arguments.validation:
        query = read_table(arguments.query, ["interaction", "sample_id"])
        answers = read_table(arguments.validation, ["interaction", "label"])
        of_interaction = np.full(len(answers), -1, np.int16)
        of_interaction[answers["interaction"].to_numpy()] = labels_of(answers)
        label[query["sample_id"].to_numpy()] = of_interaction[query["interaction"].to_numpy()]
        label = measured_by(label, query["sample_id"].to_numpy(), review_of(latest))
    known = pa.table({"sample_id": sample_id, "label": pa.array(label, mask=label < 0)})
    images = counted(len(known) - known["label"].null_count, "image")
    say(f"{counted(len(classes), 'class', 'classes')}, {images} to measure by")
    write_table(arguments.out, known, **keys_of(arguments), classes=classes)


def measured_by(label: np.ndarray, asked: np.ndarray, review: Labels) -> np.ndarray:
    """Return the labels of the validation, int16[n], as the review has corrected them.

    Args:
        label: int16[n], as they were given, -1 for none.
        asked: int64[m], samples of the validation.
        review: labels of all samples that the review changed.
    """
    sample, corrected = np.array(review["sample_id"], np.int64), np.array(review["label"], np.int16)
    label, own = label.copy(), np.isin(sample, asked)
    label[sample[own]] = corrected[own]
    return label


if __name__ == "__main__":
    run(main)
