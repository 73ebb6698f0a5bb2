"""Write what is known of a data set that a person labels: its classes, and the validation.

The file has the label of each sample, null but for the validation images that the person
labeled, and the class names: to training it is what the true labels are where they exist.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of, parser, run, say
from cbal.storage.files import labels_of, metadata_of, read_table, write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, gather, write."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--query", type=Path, nargs="?", help="of the validation")
    cli.add_argument("--validation", type=Path, nargs="?", help="its annotations")
    cli.add_argument("--latest", type=Path, required=True, help="annotations that are the latest")
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    sample_id = read_table(arguments.index, ["sample_id"])["sample_id"]
    classes = metadata_of(read_table(arguments.latest))["classes"]
    label = np.full(len(sample_id), -1, np.int16)
    if arguments.validation:
        query = read_table(arguments.query, ["interaction", "sample_id"])
        answers = read_table(arguments.validation, ["interaction", "label"])
        of_interaction = np.full(len(answers), -1, np.int16)
        of_interaction[answers["interaction"].to_numpy()] = labels_of(answers)
        label[query["sample_id"].to_numpy()] = of_interaction[query["interaction"].to_numpy()]
    known = pa.table({"sample_id": sample_id, "label": pa.array(label, mask=label < 0)})
    say(f"{len(classes)} classes, {len(known) - known['label'].null_count} images to measure by")
    write_table(arguments.out, known, **keys_of(arguments), classes=classes)


if __name__ == "__main__":
    run(main)
