"""Find the nearest neighbours of all samples to label, by the features of a fixed encoder."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import keys_of, parser, run, say
from cbal.learning.propagation import neighbours_of
from cbal.storage.features_of import features_of
from cbal.storage.files import read_table, samples_of
from cbal.storage.neighbours import write_neighbours
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, find the neighbours, write them."""
    cli = parser(__doc__, "dataset")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--encoded", type=Path, required=True, help="features of all samples")
    cli.add_argument("--neighbours", type=int, required=True, help="of each sample")
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    sample_id = samples_of(read_table(arguments.index, ["sample_id", "split"]), "train")
    features = features_of(sample_id, None, arguments.encoded)
    found, cosine = neighbours_of(features, arguments.neighbours, arguments.threads)
    say(f"{counted(found.shape[1], 'neighbour')} of {counted(len(found), 'sample')}")
    write_neighbours(arguments.out, sample_id, found, cosine, **keys_of(arguments))


if __name__ == "__main__":
    run(main)
