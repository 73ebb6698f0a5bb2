"""Write the take-away labels in the layout of another program."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run, say
from cbal.errors import InputError
from cbal.labeling.exports import write_image_folder, write_interface, write_tasks
from cbal.storage.files import metadata_of, read_table
from cbal.wording import counted

WRITERS = {"image-folder": write_image_folder, "label-studio": write_tasks}


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and write the files."""
    cli = parser(__doc__)
    cli.add_argument("--labels", type=Path, required=True)
    cli.add_argument("--originals", type=Path, nargs="?", help="folder of the files")
    cli.add_argument("--layout", choices=WRITERS, required=True)
    cli.add_argument("--out", type=Path, required=True, help="folder or file to make")
    cli.add_argument("--interface", type=Path, help="XML file to write, for Label Studio")
    arguments = cli.parse_args(argv)

    if arguments.originals is None:
        raise InputError(f"{arguments.labels}: only images of a `folder` are files to export")
    table = read_table(arguments.labels)
    written = WRITERS[arguments.layout](arguments.out, table, arguments.originals)
    if arguments.interface:
        write_interface(arguments.interface, metadata_of(table)["classes"])
    say(f"{counted(written, 'file')} of {len(table)}")


if __name__ == "__main__":
    run(main)
