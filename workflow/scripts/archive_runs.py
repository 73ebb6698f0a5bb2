"""Copy the metrics of finished runs to a folder that is kept, a file a run."""

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from cbal.archives import Settings, difference, disagreement, run_file, settings_file
from cbal.cli import parser, run, say
from cbal.errors import InputError
from cbal.files import atomic, metadata_of, read_table, write_table
from cbal.gathering import gather, rounds_files


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, copy each finished run."""
    cli = parser(__doc__)
    cli.add_argument("--results", type=Path, required=True, help="folder to look in")
    cli.add_argument("--settings", type=json.loads, required=True, help="by data set, scenario")
    cli.add_argument("--defaults", type=json.loads, default={}, help="of settings, as JSON")
    cli.add_argument("--seeds", type=int, nargs="+", required=True)
    cli.add_argument("--archive", type=Path, required=True, help="folder to write to")
    arguments = cli.parse_args(argv)

    for dataset, scenarios in arguments.settings.items():
        for scenario, settings in scenarios.items():
            whose = (arguments.archive, dataset, scenario)
            differs = disagreement(*whose, settings, arguments.defaults)
            if differs:
                raise InputError(f"{differs}; archive runs of other settings elsewhere")
            for seed in arguments.seeds:
                rounds = settings.get("rounds")
                files = rounds_files(arguments.results, dataset, scenario, seed, rounds)
                if all(file.exists() for file in files):
                    keep(*whose, seed, rows_of(files, settings, arguments.defaults), settings)


def rows_of(files: Sequence[Path], settings: Settings, defaults: Settings) -> pa.Table:
    """Return the metrics of a run.

    Raises:
        InputError: a round was made with other settings.
    """
    ours = {key: value for key, value in settings.items() if key != "rounds"}
    for file in files:
        differs = difference(metadata_of(read_table(file)).get("settings", {}), ours, defaults)
        if differs:
            raise InputError(f"{file}: {differs}; run the sweep again first")
    return gather(files)


def keep(
    archive: Path, dataset: str, scenario: str, seed: int, table: pa.Table, settings: Settings
) -> None:
    """Write a run, and the settings that made it.

    Raises:
        InputError: the archive has the run with other numbers.
    """
    path = run_file(archive, dataset, scenario, seed)
    if path.exists():
        if not read_table(path).equals(table):
            raise InputError(
                f"{path}: has other numbers than the results here, from the same settings (another "
                "device, or version); delete one of them"
            )
        return
    with atomic(settings_file(archive, dataset, scenario)) as temporary:
        temporary.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")
    write_table(path, table, dataset=dataset, scenario=scenario, seed=seed)
    say(f"{path}: {len(table)} rounds")


if __name__ == "__main__":
    run(main)
