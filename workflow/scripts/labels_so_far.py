"""Write the labels that a person has given so far, at any time and without a model."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbal.cli import keys_of, parser, run, say
from cbal.errors import InputError
from cbal.labeling.given import given_to
from cbal.labeling.labels import labels_table, summary, write_csv
from cbal.labeling.register import Register
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read all answers from the journal, write both files."""
    cli = parser(__doc__, "dataset", "scenario", "seed")
    cli.add_argument("--journal", type=Path, required=True, help="folder of the journal")
    cli.add_argument(
        "--index", type=Path, required=True, help="lists the files if the journal does not"
    )
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    arguments = cli.parse_args(argv)

    path = Home(arguments.journal).journal
    if not path.exists():
        raise InputError(f"{path}: no such file, so nobody labeled data set {arguments.dataset}")
    register = Register(path)
    files = [file.name for file in register.files(arguments.index)]
    given, others = given_to(register, arguments.scenario, arguments.seed, files)
    names, gone = register.classes(), register.gone()
    classes = [name for number, name in enumerate(names) if number not in gone]
    register.close()
    for step in others:
        say(f"left out, since it was about other files: round {step.key[2]}, step {step.key[3]}")
    table = labels_table(files, names, given, 0, np.zeros(0, np.int64), None)
    say(summary(table))
    write_csv(arguments.csv, table)
    write_table(arguments.out, table, **keys_of(arguments), classes=classes)


if __name__ == "__main__":
    run(main)
