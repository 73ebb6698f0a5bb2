"""Answer the interactions of a query by the oracle, from the true labels."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import keys_of, parser, run, say
from cbal.pool.oracle import annotate
from cbal.storage.files import read_table, write_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, answer the query, write the annotations."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round", "step")
    cli.add_argument("--query", type=Path, required=True)
    cli.add_argument("--truth", type=Path, required=True)
    cli.add_argument(
        "--purity",
        type=float,
        required=True,
        help="smallest share of the modal class in an accepted cluster",
    )
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    query = read_table(arguments.query, ["interaction", "sample_id", "kind"])
    truth = read_table(arguments.truth, ["label"])["label"].to_numpy()
    annotations = annotate(query, truth, arguments.purity)
    accepted = sum(annotations["accepted"].to_pylist())
    say(f"{counted(len(annotations), 'interaction')}, {counted(accepted, 'label')} given")
    write_table(arguments.out, annotations, **keys_of(arguments))


if __name__ == "__main__":
    run(main)
