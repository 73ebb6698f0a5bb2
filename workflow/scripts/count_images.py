"""Print how many images of a data set would be in the pool, or its classes, without decoding."""

import json
from collections.abc import Sequence

from cbal.cli import parser, run
from cbal.data.arguments import add_source_arguments, read_source, rule_of
from cbal.data.files_found import in_folder
from cbal.data.splits import drawn, parts_of
from cbal.errors import InputError


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, list the images of the source, print what is asked for."""
    cli = parser(__doc__)
    add_source_arguments(cli)
    cli.add_argument("--test-fraction", type=float, default=0.2)
    cli.add_argument("--annotator", choices=["oracle", "human"], default="oracle")
    cli.add_argument("--classes", action="store_true", help="print the class names, as JSON")
    arguments = cli.parse_args(argv)

    human = arguments.annotator == "human"
    if human and arguments.source == "folder":
        images = in_folder(arguments.path).images
        if not images:
            raise InputError(f"{arguments.path}: no image in it; mend `path:` of the data set")
        print(len(images))
        return
    listing = read_source(arguments.source, arguments.path, None, rule_of(arguments))
    if arguments.classes:
        print(json.dumps(list(listing.classes)))
        return
    parts = parts_of(listing.split, len(listing.source))
    training, test = len(parts["train"]), len(parts["test"])
    kept = training - drawn(training, test, arguments.test_fraction)
    print(len(listing.source) if human else kept)


if __name__ == "__main__":
    run(main)
