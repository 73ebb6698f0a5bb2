"""Copy the metrics of finished runs to an archive, one file per run."""

import json
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run, say
from cbal.errors import InputError
from cbal.results.gathering import finished_file
from cbal.storage.archives import Settings, difference, disagreement, run_file, settings_file
from cbal.storage.files import atomic, metadata_of, read_table, write_table
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and copy each finished run."""
    cli = parser(__doc__)
    cli.add_argument("--results", type=Path, required=True, help="folder of the results")
    cli.add_argument(
        "--settings",
        type=json.loads,
        required=True,
        help="settings by data set and scenario, as JSON",
    )
    cli.add_argument("--defaults", type=json.loads, default={}, help="of the settings, as JSON")
    cli.add_argument("--seeds", type=int, nargs="+", required=True)
    cli.add_argument("--archive", type=Path, required=True, help="folder to write to")
    arguments = cli.parse_args(argv)

    for dataset, scenarios in arguments.settings.items():
        for scenario, settings in scenarios.items():
            location = (arguments.archive, dataset, scenario)
            differs = disagreement(*location, settings, arguments.defaults)
            if differs:
                raise InputError(f"{differs}; archive runs with other settings in another folder")
            for seed in arguments.seeds:
                finished = finished_file(arguments.results, dataset, scenario, seed)
                if finished.exists():
                    copy_run(finished, run_file(*location, seed), settings, arguments.defaults)
            if any(run_file(*location, seed).exists() for seed in arguments.seeds):
                with atomic(settings_file(*location)) as temporary:
                    temporary.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")


def copy_run(finished: Path, archived: Path, settings: Settings, defaults: Settings) -> None:
    """Copy the metrics of a run to the archive.

    Raises:
        InputError: the run had other settings, or the archive has other metrics for it.
    """
    table = read_table(finished)
    differs = difference(metadata_of(table)["settings"], settings, defaults)
    if differs:
        raise InputError(f"{finished}: {differs}; run the sweep again first")
    if not archived.exists():
        write_table(archived, table, **metadata_of(table))
        say(f"{archived}: {counted(len(table), 'round')}")
    elif not read_table(archived).equals(table):
        raise InputError(
            f"{archived}: has other numbers than the results here, from the same settings (another "
            "device, or version); delete one of them"
        )


if __name__ == "__main__":
    run(main)
