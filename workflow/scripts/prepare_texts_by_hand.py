"""Write the index, texts and validation query of a data set of texts without labels."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import parser, run, say
from cbal.data.text_checks import report
from cbal.data.texts_arguments import add_texts_arguments, read_listing
from cbal.labeling.preparation import add_by_hand_arguments, prepare_by_hand
from cbal.storage.texts import read_texts, write_texts


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the texts, write the three files."""
    cli = parser(__doc__, "dataset")
    add_texts_arguments(cli)
    add_by_hand_arguments(cli)
    cli.add_argument("--texts", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    listing = read_listing(arguments, labeled=False)

    def write(rows: np.ndarray, index: pa.Table) -> dict:
        """Write the texts of samples; those that are gone keep theirs."""
        before = read_texts(arguments.texts) if (rows < 0).any() else None

        def texts() -> Iterator[str]:
            there = listing.read(rows[rows >= 0])
            for sample, row in enumerate(rows):
                yield next(there) if row >= 0 else before[sample].as_py()

        write_texts(arguments.texts, texts())
        lines, told = report(read_texts(arguments.texts), index, listing.left_out)
        for line in lines:
            say(line)
        return told

    prepare_by_hand(arguments, listing, arguments.texts, write)


if __name__ == "__main__":
    run(main)
