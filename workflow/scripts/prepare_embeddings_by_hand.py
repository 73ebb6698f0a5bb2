"""Write the index, features and validation query of a data set of embeddings without labels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.cli import parser, run
from cbal.data.arguments import rule_of
from cbal.data.embeddings_arguments import add_embeddings_arguments, read_embeddings
from cbal.data.vectors import write_vectors
from cbal.labeling.preparation import add_by_hand_arguments, prepare_by_hand
from cbal.storage.encoded import open_encoded


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the embeddings, write the three files."""
    cli = parser(__doc__, "dataset")
    add_embeddings_arguments(cli)
    add_by_hand_arguments(cli)
    cli.add_argument("--encoded", type=Path, required=True, help="NumPy file to write")
    arguments = cli.parse_args(argv)

    listing = read_embeddings(arguments, labeled=False)

    def write(rows: np.ndarray, index: pa.Table) -> dict:
        """Write the features of samples; those that are gone keep theirs."""
        gone = np.flatnonzero(rows < 0)
        before = open_encoded(arguments.encoded, int(gone[-1]) + 1) if len(gone) else None
        write_vectors(arguments.encoded, listing.read, rows, str(arguments.path), before)
        return rule_of(arguments).as_metadata()

    prepare_by_hand(arguments, listing, arguments.encoded, write)


if __name__ == "__main__":
    run(main)
