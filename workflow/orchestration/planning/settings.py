"""Check the settings before any job; every error is one line."""

import hashlib
import importlib.util
import subprocess
import sys
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

from cbal.labeling.class_names import check_names
from cbal.models.trainable import is_module
from cbal.models.weights_paths import is_weights_file
from cbal.strategies.registry import Strategy
from orchestration.planning.counting import pool_size
from orchestration.planning.mistakes import SettingsError
from orchestration.planning.strategies import check_own, check_scenario, strategies_of
from orchestration.planning.training import check_room, check_training
from orchestration.planning.values import plain

SCHEMA = Path(__file__).parents[2] / "schemas" / "config.schema.yaml"
SCRIPTS = Path(__file__).parents[2] / "scripts"
CHECKED = Path(".snakemake", "checked-models")
# Folders in `results/{dataset}/` with these names exist, so no scenario can have one of them.
TAKEN = {"supervised", "pretrained", "encoded", "calibration", "validation", "labeling"}

# By type: why a value that looks right is text. Snakemake reads all numbers within braces of
# `--config` as text.
TEXT = {
    "number": " (YAML reads 1e-3 as text: write 0.001, in config.yaml and not within --config)",
    "integer": " (it is text: write it without quotes, in config.yaml and not within --config)",
    "object": " (it cannot be read as YAML, or is in quotes)",
    "array": " (it cannot be read as YAML, or is in quotes)",
}
# JSON Schema accepts 6.0 as an integer; range() and the command lines of jobs do not.
Validator = validators.extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)

Config = dict[str, Any]


def check(config: Config) -> None:
    """Check the settings and fill in their defaults, in place.

    Raises:
        SettingsError: the first mistake found.
    """
    config.update(plain(config))
    schema = read_schema()
    error = best_match(Validator(schema).iter_errors(config))
    if error is not None:
        raise SettingsError(describe(error))
    _with_defaults(Validator)(schema).validate(config)
    check_own(config)
    strategies = strategies_of(config)
    for name, scenario in config["scenarios"].items():
        where = f"scenarios.{name}"
        scenario["steps"] = [_step(where, step, strategies) for step in scenario["steps"]]
        check_scenario(where, scenario, strategies)
    _check_names(config)
    _known("sweep", config["sweep"], config["sweeps"])
    _check_archive(f"sweeps.{config['sweep']}.archive", config["sweeps"][config["sweep"]])
    for sweep in config["sweeps"].values():
        if any(config["datasets"][name]["annotator"] == "human" for name in sweep["datasets"]):
            sweep["supervised"] = False
    _check_calibration(f"sweeps.{config['sweep']}", config["sweeps"][config["sweep"]], schema)
    for name in config["sweeps"][config["sweep"]]["datasets"]:
        _check_dataset(config, name)


def _check_names(config: Config) -> None:
    """Check that entries refer to entries that exist, and that names of folders are free."""
    for name in config["scenarios"]:
        if name in TAKEN:
            raise SettingsError(f"scenarios.{name}: the name is taken; choose another")
    for name, sweep in config["sweeps"].items():
        for key in ("datasets", "scenarios"):
            for entry in sweep[key]:
                _known(f"sweeps.{name}.{key}", entry, config[key])
    for name, dataset in config["datasets"].items():
        if name == "sweeps":
            raise SettingsError("datasets.sweeps: the name is taken; choose another")
        _known(f"datasets.{name}.model", dataset["model"], config["models"])
        _normalize_names(f"datasets.{name}", dataset)


@cache
def read_schema() -> Config:
    """Return the schema of the settings; it is cached because reading it is slow."""
    return yaml.safe_load(SCHEMA.read_text())


def describe(error: ValidationError) -> str:
    """Return the error message for a schema violation, in one line."""
    where = ".".join(str(part) for part in error.absolute_path) or "top level"
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = next(key for key in error.instance if key not in known)
        return f"{where}: unknown key {unknown!r}; known are {', '.join(known)}"
    message = error.message
    if error.validator == "type":
        wanted = error.validator_value
        wanted = " or ".join(wanted) if isinstance(wanted, list) else wanted
        message = f"{error.instance!r} is not of type {wanted}"
        if isinstance(error.instance, str):
            message += next((hint for word, hint in TEXT.items() if word in wanted), "")
        if list(error.absolute_path)[-2:-1] == ["classes"]:
            message += ' (YAML does not read yes, no, null and 1 as text: quote it, as in "yes")'
    help_ = error.schema.get("description") if isinstance(error.schema, dict) else None
    return f"{where}: {message}" + (f"; {help_}" if help_ else "")


def shares(config: Config, dataset: str, scenario: str) -> list[int]:
    """Return the number of interactions of each step of a round; they add up to the round's.

    Rounding is by the largest remainder; of equal remainders the earlier step's counts as larger.
    """
    total = config["datasets"][dataset]["interactions"]
    weights = [step["share"] for step in config["scenarios"][scenario]["steps"]]
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def trials(calibration: Config | None) -> dict[str, Config]:
    """Return the training settings that a calibration tries, by name.

    A name is made of keys and values, such as `batch_size-32+flip-true`.
    """
    if calibration is None:
        return {}
    grid = calibration["grid"]
    combinations = [dict(zip(grid, values)) for values in product(*grid.values())]
    return {
        "+".join(f"{key}-{value}".lower() for key, value in trial.items()): trial
        for trial in combinations
    }


def _check_archive(where: str, sweep: Config) -> None:
    """Check that a sweep's archive can be a folder of its own."""
    archive = sweep["archive"]
    if archive is None:
        return
    if Path(archive).exists() and not Path(archive).is_dir():
        raise SettingsError(f"{where}: {archive} is a file; name a folder")
    if Path(archive).parts[:1] in (("results",), ("data",), ("logs",)):
        raise SettingsError(
            f"{where}: {archive} is in a folder that jobs write to; name one that you commit"
        )


def _check_calibration(where: str, sweep: Config, schema: Config) -> None:
    """Check that the schema of `training` accepts the values of a sweep's calibration."""
    of_dataset = schema["properties"]["datasets"]["additionalProperties"]["properties"]
    for trial in trials(sweep["calibration"]).values():
        training = {"epochs": 1, "learning_rate": 1, **trial}
        error = best_match(Validator(of_dataset["training"]).iter_errors(training))
        if error is not None:
            raise SettingsError(f"{where}.calibration.grid.{describe(error)}")


def _normalize_names(where: str, dataset: Config) -> None:
    """Write a data set's classes as the journal does, and replace `~` in its path."""
    try:
        dataset["classes"] = check_names(dataset["classes"])
    except ValueError as error:
        raise SettingsError(f"{where}.classes: {error}") from None
    if dataset["path"] is not None and dataset["path"].startswith("~"):
        try:
            dataset["path"] = str(Path(dataset["path"]).expanduser())
        except RuntimeError as error:
            raise SettingsError(f"{where}.path: {dataset['path']}: {error}; mend it") from None


def _check_dataset(config: Config, name: str) -> None:
    """Check the settings of a data set as far as possible before the data set is prepared."""
    where, dataset = f"datasets.{name}", config["datasets"][name]
    if dataset["path"] is not None and not Path(dataset["path"]).exists():
        raise SettingsError(f"{where}.path: {dataset['path']} does not exist; mend the path")
    human = dataset["annotator"] == "human"
    if dataset["source"] == "folder" and dataset["path"] is None:
        what = "images" if human else "class folders"
        raise SettingsError(f"{where}: source folder needs `path:`, a folder of {what}")
    if human and dataset["source"] == "folder" and not Path(dataset["path"]).is_dir():
        raise SettingsError(f"{where}.path: {dataset['path']} is a file; name a folder")
    if not human and (dataset["classes"] or dataset["validation"]):
        raise SettingsError(
            f"{where}: `classes:` and `validation:` need a human annotator; add `annotator: human`"
        )
    pool = pool_size(where, dataset)
    if pool is not None and dataset["interactions"] > pool:
        raise SettingsError(
            f"{where}.interactions: {dataset['interactions']} a round, but the pool has {pool} "
            "images; ask for fewer"
        )
    _check_values(where, dataset["values"])
    for scenario in config["sweeps"][config["sweep"]]["scenarios"]:
        if 0 in shares(config, name, scenario):
            raise SettingsError(
                f"{where}.interactions: {dataset['interactions']} leave a step of {scenario} with "
                "none; ask for more, or mend the shares"
            )
    check_training(config, name, read_schema())
    size = _check_model(f"models.{dataset['model']}", config["models"][dataset["model"]])
    if size and pool:
        check_room(where, name, size * pool)


def _check_values(where: str, values: list[float] | None) -> None:
    """Check the pixel values that become black and white, for images of more than 8 bits."""
    if values and not -float("inf") < values[0] < values[1] < float("inf"):
        raise SettingsError(
            f"{where}.values: {values}; write what is black, then what is white, as [0, 4095]"
        )


def _check_model(where: str, model: Config) -> int:
    """Check a model's architecture, weights, image size and trained part with torchvision.

    A model that passed is remembered in `CHECKED`.

    Returns:
        Bytes of the activations of an image, where a named module is trained; 0 if not known.
    """
    weights, architecture = model["weights"], model["architecture"]
    if architecture == "convnet" and weights != "none":
        raise SettingsError(f"{where}.weights: convnet starts from random weights; write none")
    if architecture == "convnet" and not is_module(model["trainable"]):
        return 0
    if is_weights_file(weights) and not Path(weights).exists():
        raise SettingsError(f"{where}.weights: {weights} does not exist; mend the path")
    # Importing torchvision takes seconds, so do it once. Skip it where only jobs have torchvision.
    words = [architecture, weights, str(model["image_size"])]
    words += [model["trainable"]] if is_module(model["trainable"]) else []
    checked = CHECKED / hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]
    if checked.exists():
        return int(checked.read_text() or 0)
    if importlib.util.find_spec("torchvision") is None:
        return 0
    flags = zip(("--architecture", "--weights", "--image-size", "--trainable"), words)
    command = [sys.executable, SCRIPTS / "fetch_weights.py", "--check", *chain(*flags)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["torchvision cannot be asked"])[-1]
        raise SettingsError(f"{where}: {last.removeprefix('error: ')}")
    checked.parent.mkdir(parents=True, exist_ok=True)
    checked.write_text(result.stdout.strip())
    return int(result.stdout.strip() or 0)


def _step(where: str, step: str | Config, strategies: dict[str, Strategy]) -> Config:
    """Return a step as a mapping, after a check of its strategy and settings."""
    step = {"strategy": step} if isinstance(step, str) else step
    step = {"share": 1, "settings": {}, **step}
    _known(f"{where}.steps", step["strategy"], strategies)
    known = strategies[step["strategy"]].settings
    for key, value in step["settings"].items():
        _known(f"{where}.steps.{step['strategy']}", key, known)
        allowed, wrong = known[key], None
        if isinstance(allowed, tuple):
            if value not in allowed:
                wrong = f"is none of {', '.join(map(str, allowed))}"
        elif type(value) is not allowed and (allowed, type(value)) != (float, int):
            wrong = f"is not of type {allowed.__name__}"
        if wrong:
            raise SettingsError(f"{where}.steps.{step['strategy']}.{key}: {value!r} {wrong}")
    return step


def _known(where: str, name: str, known: Any) -> None:
    if name not in known:
        raise SettingsError(f"{where}: unknown {name!r}; known are {', '.join(known) or 'none'}")


def _with_defaults(validator: type) -> type:
    """Return the validator class, extended so that it fills in the schema's defaults."""
    check_properties = validator.VALIDATORS["properties"]

    def fill_in(self, properties, instance, schema):
        if isinstance(instance, dict):
            for key, subschema in properties.items():
                if "default" in subschema:
                    instance.setdefault(key, subschema["default"])
        yield from check_properties(self, properties, instance, schema)

    return validators.extend(validator, {"properties": fill_in})
