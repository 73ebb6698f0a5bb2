"""Write an index with a validation split in place of the test split.

Without a published validation split, a share of the training images is held out.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import keys_of, parser, run, say
from cbal.data.prepare import stratified
from cbal.storage.files import metadata_of, read_table, samples_of, write_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, draw the validation samples, write the index."""
    cli = parser(__doc__, "dataset")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument(
        "--truth",
        type=Path,
        required=True,
        help="true labels, to draw the same share of each class",
    )
    cli.add_argument(
        "--fraction",
        type=float,
        required=True,
        help="share of training images to hold out if there is no validation split",
    )
    cli.add_argument("--split-seed", type=int, default=0)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    index = read_table(arguments.index, ["sample_id", "split"])
    label = read_table(arguments.truth, ["label"])["label"].to_numpy()
    train = samples_of(index, "train")
    held_out = samples_of(index, "validation")
    if len(held_out):
        kept = np.concatenate([train, held_out])
        say(f"the data set's own validation split is held out: {counted(len(held_out), 'image')}")
    else:
        n = round(len(train) * arguments.fraction)
        held_out = stratified(train, label, n, arguments.split_seed, "calibration.fraction")
        kept = train
        say(f"{len(held_out)} of {counted(len(train), 'training image')} held out")
    split = np.where(np.isin(kept, held_out), "validation", "train")
    table = pa.table({"sample_id": kept, "split": split.tolist()})
    write_table(arguments.out, table, **keys_of(arguments), classes=metadata_of(index)["classes"])


if __name__ == "__main__":
    run(main)
