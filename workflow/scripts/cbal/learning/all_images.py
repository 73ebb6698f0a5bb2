"""What jobs have in common that run a fixed network once on all images of a data set."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from cbal.cli import keys_of, parser
from cbal.learning.arguments import add_device_arguments
from cbal.learning.device import Execution
from cbal.learning.extraction import timing_of
from cbal.log import say
from cbal.models.arguments import add_model_arguments
from cbal.pool.metrics import TIMING
from cbal.storage.files import write_table
from cbal.wording import counted


def parse(description: str | None, argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    cli = parser(description, "dataset")
    cli.add_argument("--images", type=Path, required=True)
    cli.add_argument("--index", type=Path, required=True)
    add_model_arguments(cli)
    add_device_arguments(cli)
    cli.add_argument("--out", type=Path, required=True, help="NumPy file to write")
    cli.add_argument("--timing", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)
    arguments.seed = 0  # for random weights, if no weights are given
    return arguments


def write_timing(
    arguments: argparse.Namespace, images: int, seconds: float, execution: Execution
) -> None:
    """Write how long the job took, to the log too.

    Args:
        arguments: as `parse` returns them.
        images: their number.
        seconds: time that the job took.
        execution: how the device was used.
    """
    say(f"{counted(images, 'image')} in {seconds:.1f} s")
    of_no_round = {"scenario": "encoded", "seed": 0, "round": 0}
    row = keys_of(arguments) | of_no_round | timing_of(images, seconds, execution.device)
    write_table(arguments.timing, pa.Table.from_pylist([row], TIMING), **keys_of(arguments))
