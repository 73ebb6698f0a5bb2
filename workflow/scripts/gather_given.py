"""Write the labels that a person gave in a run: for each image the last valid answer."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import keys_of, parser, run, say
from cbal.errors import InputError
from cbal.labeling.given import given_to, to_table
from cbal.labeling.journal import Journal
from cbal.labeling.review.record import record_of
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import metadata_of, read_table, write_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read all answers from the journal, write the labels."""
    cli = parser(__doc__, "dataset", "scenario", "seed")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--journal", type=Path, required=True, help="folder of the journal")
    cli.add_argument("--annotations", type=Path, nargs="+", required=True, help="of all rounds")
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    files = read_table(arguments.index, ["source"])["source"].to_pylist()
    home = Home(arguments.journal)
    journal = Journal(home.journal)
    for path in arguments.annotations:
        check_in_journal(journal, path, home.journal)
    given, others = given_to(journal, arguments.scenario, arguments.seed, files)
    classes, gone = journal.classes(), journal.gone()
    review = record_of(journal, arguments.scenario, arguments.seed, files)
    journal.close()
    for step in others:
        what = f"the answers of round {step.key[2]}, step {step.key[3]}, are about other files"
        if step.state != "dropped":
            raise InputError(
                f"{home.journal}: {what} than {arguments.index} names; put back the files, or the "
                "copy of the journal, that belong together"
            )
        say(f"left out: {what}")
    labeled = int((given.label >= 0).sum())
    say(f"a person labeled {labeled} of {counted(len(files), 'image')}")
    corrections = {name: review.get(name, 0) for name in ("interactions", "images", "seconds")}
    if review:
        images = counted(corrections["images"], "image")
        say(f"{counted(corrections['interactions'], 'correction')} of {images} in the review")
    write_table(
        arguments.out,
        to_table(given, files),
        **keys_of(arguments),
        classes=classes,
        gone=sorted(gone.items()),
        review=corrections,
    )


def check_in_journal(journal: Journal, annotations: Path, path: Path) -> None:
    """Check that the journal contains the answers of the annotations of a step.

    Raises:
        InputError: it does not.
    """
    keys = metadata_of(read_table(annotations))
    step = tuple(keys[name] for name in ("scenario", "seed", "round", "step"))
    known = journal.run_of(*step[:2])
    if not any(each.key == step and each.state == "closed" for each in known):
        raise InputError(
            f"{path}: the answers of {annotations} are not in the journal; put back a copy of it"
        )


if __name__ == "__main__":
    run(main)
