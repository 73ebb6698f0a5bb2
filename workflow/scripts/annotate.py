"""Answer the interactions of a query by the oracle, from the true labels."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.errors import InputError
from cbal.pool.annotations import CLUSTER, INDIVIDUAL, with_notes
from cbal.pool.confusion import read_confusion
from cbal.pool.costs import Costs, costs_from, with_seconds
from cbal.pool.oracle import WAYS, Oracle, annotate, uniform_errors
from cbal.pool.parts import FEWEST, MOST
from cbal.pool.splitting import split
from cbal.storage.files import labels_of, metadata_of, read_table, write_table
from cbal.wording import counted


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round", "step")
    cli.add_argument("--query", type=Path, required=True)
    cli.add_argument("--truth", type=Path, required=True)
    cli.add_argument(
        "--purity",
        type=float,
        required=True,
        help="smallest share of the modal class in an accepted cluster",
    )
    cli.add_argument("--view", type=int, nargs="?", help="images seen of a cluster; default: all")
    cli.add_argument("--view-way", choices=WAYS, default="nearest", help="which ones are seen")
    cli.add_argument("--takes-out", action="store_true", help="take out images of other classes")
    cli.add_argument(
        "--error-rates",
        type=float,
        nargs=2,
        default=[0, 0],
        help="share of wrong labels of single images, and of clusters",
    )
    for kind in ("image", "cluster"):
        cli.add_argument(f"--{kind}-confusion", type=Path, nargs="?", help="CSV file, see the docs")
    cli.add_argument("--abstains", type=float, default=0, help="share of single images refused")
    cli.add_argument(
        "--asked-again",
        choices=["same", "new"],
        default="same",
        help="what happens by chance when a question is asked again",
    )
    cli.add_argument(
        "--split",
        type=int,
        nargs="?",
        choices=range(FEWEST, MOST + 1),
        help="parts into which a refused cluster is split; default: none",
    )
    cli.add_argument(
        "--features", type=Path, nargs="?", help="features to split by, from a network"
    )
    cli.add_argument("--encoded", type=Path, nargs="?", help="features of a fixed encoder")
    cli.add_argument(
        "--costs",
        type=costs_from,
        default=Costs(),
        help="seconds of an image, of a cluster, per shown image, per one taken out, of a refusal",
    )
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    return cli.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, answer the query, write the annotations."""
    arguments = parse(argv)
    query = read_table(arguments.query)
    truth = read_table(arguments.truth, ["label"])
    oracle = Oracle(
        purity=arguments.purity,
        view=arguments.view,
        way=arguments.view_way,
        takes_out=arguments.takes_out,
        confusion=confusion_of(arguments, metadata_of(truth)["classes"]),
        abstains=arguments.abstains,
        anew=arguments.asked_again == "new",
        split=arguments.split,
    )
    by = partial(split, features=arguments.features, encoded=arguments.encoded)
    annotations = annotate(query, labels_of(truth), oracle, keys_of(arguments), by)
    annotations = with_notes(with_seconds(annotations, arguments.costs), query)
    accepted = sum(annotations["accepted"].to_pylist())
    say(f"{counted(len(annotations), 'interaction')}, {counted(accepted, 'label')} given")
    write_table(arguments.out, annotations, **keys_of(arguments))


def confusion_of(arguments: argparse.Namespace, classes: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the confusion of each kind of question, for those in which there are mistakes.

    Raises:
        InputError: a file cannot be read, or is of other classes.
    """
    files = (arguments.image_confusion, arguments.cluster_confusion)
    result = {}
    for kind, rate, file in zip((INDIVIDUAL, CLUSTER), arguments.error_rates, files, strict=True):
        if file is not None:
            try:
                chances = read_confusion(file, classes)
            except ValueError as error:
                raise InputError(f"{file}: {error}") from error
            result[kind] = np.array([[chances[row][given] for given in classes] for row in classes])
        elif rate:
            result[kind] = uniform_errors(rate, len(classes))
    return result


if __name__ == "__main__":
    run(main)
