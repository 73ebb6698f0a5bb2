"""Write how far people agree who answered the same questions of a run, and where they differ."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cbal.cli import parser, run, say
from cbal.errors import InputError
from cbal.labeling.agreement import Agreements, disagreements, table
from cbal.labeling.labels import cell
from cbal.labeling.register import Register
from cbal.labeling.web.lifetime import Home
from cbal.results import markdown
from cbal.storage.files import atomic
from cbal.wording import counted

Rows = list[dict[str, Any]]
PAIRS = ("first", "second", "kind", "questions", "alike", "percent", "kappa")
DIFFERENT = ("round", "step", "interaction", "kind", "images", "file")
DIFFERENT += ("first", "first_label", "second", "second_label")
WORDS = ("first", "second", "kind", "step", "file", "first_label", "second_label")
REFUSED = "(refused)"


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the journal, write the three files."""
    cli = parser(__doc__, "dataset", "scenario", "seed")
    cli.add_argument("--journal", type=Path, required=True, help="folder of the journal")
    cli.add_argument("--index", type=Path, required=True, help="for journals without file names")
    cli.add_argument("--csv", type=Path, required=True, help="table to write")
    cli.add_argument("--markdown", type=Path, required=True, help="the same to read")
    cli.add_argument("--disagreements", type=Path, required=True, help="CSV file to write")
    arguments = cli.parse_args(argv)

    path = Home(arguments.journal).journal
    if not path.exists():
        raise InputError(f"{path}: no such file, so nobody labeled data set {arguments.dataset}")
    register = Register(path)
    files = [file.name for file in register.files(arguments.index)]
    pairs = Agreements(register).pairs_of(arguments.scenario, arguments.seed)
    different = disagreements(pairs, register, files)
    register.close()
    rows = table(pairs)
    say(f"{counted(len(pairs), 'pair')} of answers, {len(different)} of them different")
    write(arguments.csv, PAIRS, rows)
    write(arguments.disagreements, DIFFERENT, different)
    with atomic(arguments.markdown) as temporary:
        temporary.write_text(text_of(rows, different), encoding="utf-8")


def write(path: Path, heads: Sequence[str], rows: Rows) -> None:
    """Write rows as CSV; names are written as `cell` returns them, unknown numbers are empty."""
    with atomic(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(
            [cell(str(it)) if isinstance(it, str) else it for it in shown(row, heads)]
            for row in rows
        )


def shown(row: dict[str, Any], heads: Sequence[str]) -> list[Any]:
    """Return the cells of a row: rounded numbers, and words for what was refused."""
    cells = []
    for head in heads:
        value = row[head]
        if head.endswith("_label"):
            value = REFUSED if value is None else value
        elif head in ("percent", "kappa"):
            value = "" if value is None else f"{value:.{1 if head == 'percent' else 3}f}"
        cells.append(value)
    return cells


def text_of(rows: Rows, different: Rows) -> str:
    """Return both tables as Markdown."""
    if not rows:
        return "No two people with names have answered the same question.\n"
    parts = {"Agreement": markdown.table(PAIRS, [shown(row, PAIRS) for row in rows], WORDS)}
    if different:
        cells = [shown(row, DIFFERENT) for row in different]
        parts["Different answers"] = markdown.table(DIFFERENT, cells, WORDS)
    return markdown.sections(parts)


if __name__ == "__main__":
    run(main)
