"""Write the index, true labels and features of a data set of embeddings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import parser, run
from cbal.data.arguments import rule_of
from cbal.data.embeddings_arguments import add_embeddings_arguments, read_embeddings
from cbal.data.labeled import add_labeled_arguments, prepare_labeled
from cbal.data.vectors import write_vectors


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the embeddings, write the three files."""
    cli = parser(__doc__, "dataset")
    add_embeddings_arguments(cli)
    add_labeled_arguments(cli)
    cli.add_argument("--encoded", type=Path, required=True, help="NumPy file to write")
    arguments = cli.parse_args(argv)

    listing = read_embeddings(arguments, labeled=True)

    def write(kept: np.ndarray, index: pa.Table) -> tuple[list[str], dict]:
        write_vectors(arguments.encoded, listing.read, kept, str(arguments.path))
        return [], rule_of(arguments).as_metadata()

    prepare_labeled(arguments, listing, write)


if __name__ == "__main__":
    run(main)
