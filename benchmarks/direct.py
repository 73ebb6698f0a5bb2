"""A sweep on fixed features in one process, run by run: the workflow's stages without its jobs.

PYTHONPATH=workflow:workflow/scripts python -m benchmarks.direct SWEEP --data FOLDER
    --features FILE --out FOLDER

It calls the scripts of the stages with the arguments that the rules give them, so a run has the
same bytes of metrics; a test compares them. It saves the start of processes, which takes longer
than a stage does where the head alone is trained. A finished run is not repeated. With
`--validation SHARE` the pool is a part of the training images, and the others are tested on.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stderr
from itertools import product
from pathlib import Path

import yaml

import carve_validation
import collect_metrics
import finish_run
from benchmarks.direct_run import Config, Run, Sources, fit_head, words
from cbal.errors import InputError
from cbal.models.trainable import HEAD
from cbal.storage.archives import difference
from cbal.storage.columns import DOUBT
from cbal.storage.files import metadata_of, read_table
from cbal.storage.paths import BASELINE, FINISHED, METRICS, PREDICTIONS, RUN_FOLDER
from orchestration.planning.annotators import joined_costs
from orchestration.planning.mistakes import SettingsError
from orchestration.planning.provenance import defaults, provenance
from orchestration.planning.settings import check
from orchestration.planning.strategies import strategies_of
from orchestration.planning.training import training_of


def settings(files: Sequence[Path], sweep: str, oracle: Config) -> Config:
    """Return the checked settings of files, of which later ones change earlier ones.

    Args:
        files: YAML.
        sweep: name of the sweep.
        oracle: changes of the annotator of all scenarios.
    """
    config: Config = {}
    for file in files:
        _merge(config, yaml.safe_load(file.read_text()))
    _merge(config, {"sweep": sweep, "oracle": oracle})
    for name in config["sweeps"][sweep]["datasets"]:
        config["datasets"][name]["path"] = None  # it is prepared already
    check(config)
    return config


def _merge(config: Config, changes: Config) -> None:
    """Change settings in place, as Snakemake does with several files."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict):
            _merge(config[key], value)
        else:
            config[key] = value


def compute(config: Config, sources: Sources, keys: Config, out: Path) -> None:
    """Compute a run, or the supervised baseline, and write the metrics of its rounds."""
    made = provenance(config, keys["dataset"], keys["scenario"])
    with tempfile.TemporaryDirectory() as name:
        folder, answers = Path(name), []
        if keys["scenario"] == BASELINE:
            l2 = training_of(config, keys["dataset"], None)["l2"]
            fit_head(sources, keys | {"round": 0}, l2, folder, pool=None)
            rounds = [folder]
        else:
            run = Run(config, sources, keys, folder)
            numbers = range(1, config["sweeps"][config["sweep"]]["rounds"] + 1)
            for number in numbers:
                run.round(number)
            rounds, answers = [folder / f"round-{number}" for number in numbers], run.answers
        predictions = [file for each in rounds if (file := each / PREDICTIONS).exists()]
        metrics = [each / METRICS for each in rounds]
        line = words(metrics=metrics, annotations=answers, predictions=predictions, settings=made)
        finish_run.main(words(**keys, out=out) + line)


def is_finished(config: Config, keys: Config, finished: Path) -> bool:
    """Return whether a run is there already.

    Raises:
        InputError: it was made with other settings.
    """
    if not finished.exists():
        return False
    theirs = metadata_of(read_table(finished))["settings"]
    made = provenance(config, keys["dataset"], keys["scenario"])
    differs = difference(theirs, json.loads(json.dumps(made)), defaults())
    if differs:
        raise InputError(f"{finished}: {differs}; name another folder, or delete the file")
    return True


def refuse_what_is_not_here(config: Config, dataset: str, scenarios: Sequence[str]) -> None:
    """Check that runs need nothing but the stages that are called here.

    Raises:
        InputError: they need more.
    """
    of_dataset = config["datasets"][dataset]
    if config["sweeps"][config["sweep"]]["stop"] or of_dataset["annotator"] == "human":
        raise InputError("a sweep with a stopping rule or a person is not computed here")
    if config["models"][of_dataset["model"]]["trainable"] != HEAD:
        raise InputError(f"{dataset}: only models with `trainable: head` are computed here")
    known = strategies_of(config)
    for scenario in scenarios:
        steps = config["scenarios"][scenario]["steps"]
        if any(DOUBT in known[step["strategy"]].needs for step in steps):
            raise InputError(f"{scenario}: verify is not computed here; use snakemake")


def sources_of(arguments: argparse.Namespace, dataset: str) -> Sources:
    """Return the files of the data set, with a part of its training images to test on if asked."""
    index, truth = (arguments.data / f"{name}.parquet" for name in ("index", "truth"))
    rest = (arguments.features, arguments.out)
    if not arguments.validation:
        return Sources(index, truth, *rest, "test", arguments.threads)
    out = arguments.out / "index.parquet"
    files = words(index=index, truth=truth, fraction=arguments.validation, out=out)
    carve_validation.main(words(dataset=dataset) + files)
    return Sources(out, truth, *rest, "validation", arguments.threads)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    cli = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    cli.add_argument("sweep", help="of fixed features and an oracle, without a stopping rule")
    cli.add_argument("--dataset", help="default: the only one of the sweep")
    cli.add_argument("--config", type=Path, nargs="+", default=[Path("config.yaml")])
    cli.add_argument("--oracle", type=json.loads, default={}, help="changes of it, as JSON")
    cli.add_argument("--data", type=Path, required=True, help="folder with index and truth")
    cli.add_argument("--features", type=Path, required=True, help="encoded/features.npy")
    cli.add_argument("--validation", type=float, help="share of the training images to test on")
    cli.add_argument("--scenarios", nargs="+", help="default: those of the sweep")
    cli.add_argument("--seeds", type=int, nargs="+", help="default: those of the sweep")
    cli.add_argument("--threads", type=int, default=1)
    cli.add_argument("--out", type=Path, required=True, help="folder of the runs")
    return cli.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, compute the runs that are missing, gather all."""
    arguments = parse(argv)
    config = settings(arguments.config, arguments.sweep, arguments.oracle)
    sweep = config["sweeps"][config["sweep"]]
    dataset = arguments.dataset or sweep["datasets"][0]
    scenarios = arguments.scenarios or sweep["scenarios"]
    refuse_what_is_not_here(config, dataset, scenarios)
    arguments.out.mkdir(parents=True, exist_ok=True)
    sources = sources_of(arguments, dataset)
    for scenario, seed in product([BASELINE, *scenarios], arguments.seeds or sweep["seeds"]):
        keys = {"dataset": dataset, "scenario": scenario, "seed": seed}
        finished = arguments.out / RUN_FOLDER.format(**keys) / FINISHED
        if is_finished(config, keys, finished):
            continue
        finished.parent.mkdir(parents=True, exist_ok=True)
        with open(finished.with_suffix(".log"), "w") as log, redirect_stderr(log):
            compute(config, sources, keys, finished)
        print(finished, flush=True)
    runs = sorted(arguments.out.glob(f"{dataset}/*/seed-*/{FINISHED}"))
    out = words(rounds=sweep["rounds"], out=arguments.out / METRICS)
    collect_metrics.main(words(runs=runs, costs=joined_costs(config)) + out)


if __name__ == "__main__":
    try:
        main()
    except (InputError, SettingsError) as error:
        sys.exit(f"error: {error}")
