"""One round of active learning on the same task: this workflow against two toolkits.

Each way trains on the first labels, evaluates on the test images, predicts the unlabeled pool
and asks for the images of highest entropy, which get their true labels. This workflow does it
by the five command lines of its rules, without Snakemake around them; baal and scikit-activeml
by one process each. All include their start. With `--weights` a further line is the round of
this workflow in which a linear head on fixed features learns. Run it with this repository's
environment and `benchmarks/requirements.txt`, from the root:

    PYTHONPATH=workflow/scripts python -m benchmarks.toolkits

Nothing else should run meanwhile; the column `CPU of others` shows it (see `processes.Usage`).
"""

import argparse
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.report import cores
from benchmarks.toolkits.data import prepared, random_images, write_data
from benchmarks.toolkits.measurement import Measurement
from cbal.cli import run
from cbal.errors import InputError

PACKAGES = ("baal", "scikit-activeml", "skorch", "structlog", "torchmetrics", "makefun", "tqdm")


def parse() -> argparse.Namespace:
    """Parse the command line."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("--data", type=Path, help="folder of prepare_data.py; without it random ones")
    cli.add_argument("--weights", type=Path, help="pretrained ResNet-18, .pth or .safetensors")
    cli.add_argument("--labels", type=int, default=1000, help="before the round")
    cli.add_argument("--pool", type=int, default=10_000, help="unlabeled images")
    cli.add_argument("--test", type=int, default=2000, help="test images")
    cli.add_argument("--query", type=int, help="images to ask for; as many as labels")
    cli.add_argument("--image-size", type=int, default=64, help="side that the model sees")
    cli.add_argument("--epochs", type=int, default=5)
    cli.add_argument("--repeats", type=int, default=3, help="each with another seed")
    cli.add_argument("--threads", type=int, default=cores(), help="and workers of a loader")
    arguments = cli.parse_args()
    arguments.query = arguments.query or arguments.labels
    return arguments


def main(_: object = None) -> None:
    """Prepare the data, measure, and print the results."""
    arguments = parse()
    check_packages()
    listing = (
        prepared(arguments.data)
        if arguments.data
        else random_images(arguments.labels + arguments.pool, arguments.test)
    )
    with tempfile.TemporaryDirectory(prefix="toolkits-") as folder:
        data = Path(folder, "data")
        write_data(data, listing, arguments.labels + arguments.pool, arguments.test)
        measurement = Measurement(arguments, data, len(listing.classes), Path(folder))
        for repeat in range(arguments.repeats):
            measurement.repeat(repeat)
        measurement.show()


def check_packages() -> None:
    """Check that the toolkits are installed.

    Raises:
        InputError: one is missing.
    """
    for package in PACKAGES:
        try:
            version(package)
        except PackageNotFoundError:
            raise InputError(
                f"{package} is missing; run `{sys.executable} -m pip install --no-deps "
                "-r benchmarks/requirements.txt`"
            ) from None


if __name__ == "__main__":
    run(main)
