"""Write the index, true labels and texts of a data set of texts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import parser, run
from cbal.data.labeled import add_labeled_arguments, prepare_labeled
from cbal.data.text_checks import report
from cbal.data.texts_arguments import add_texts_arguments, read_listing
from cbal.storage.texts import read_texts, write_texts


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the texts, write the three files."""
    cli = parser(__doc__, "dataset")
    add_texts_arguments(cli)
    add_labeled_arguments(cli)
    cli.add_argument("--texts", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    listing = read_listing(arguments, labeled=True)

    def write(kept: np.ndarray, index: pa.Table) -> tuple[list[str], dict]:
        write_texts(arguments.texts, listing.read(kept))
        return report(read_texts(arguments.texts), index, listing.left_out)

    prepare_labeled(arguments, listing, write)


if __name__ == "__main__":
    run(main)
