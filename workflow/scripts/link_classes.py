"""Make one folder per class, with a link to each file that has the label of the class."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run, say
from cbal.errors import InputError
from cbal.labeling.class_folders import link_classes, vanished
from cbal.storage.files import read_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and make the links."""
    cli = parser(__doc__)
    cli.add_argument("--labels", type=Path, required=True)
    cli.add_argument("--originals", type=Path, nargs="?", help="folder of the files")
    cli.add_argument("--out", type=Path, required=True, help="folder to make")
    arguments = cli.parse_args(argv)

    if arguments.originals is None:
        raise InputError(f"{arguments.labels}: only images of a `folder` are files to link to")
    table = read_table(arguments.labels, ["file", "label"])
    gone = vanished(table, arguments.originals)
    for file in gone:
        say(f"not linked, since the file is gone: {arguments.originals / file}")
    linked = link_classes(arguments.out, table, arguments.originals)
    say(f"{counted(linked, 'link')}; {counted(len(gone), 'labeled file')} gone")


if __name__ == "__main__":
    run(main)
