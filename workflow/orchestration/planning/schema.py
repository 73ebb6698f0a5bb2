"""The schema of the settings: reading it, its errors in one line, and its defaults."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from orchestration.planning.reading import LOADER

SCHEMA = Path(__file__).parents[2] / "schemas" / "config.schema.yaml"

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


@cache
def read_schema() -> Config:
    """Return the schema of the settings; it is cached because reading it is slow."""
    return yaml.load(SCHEMA.read_text(), LOADER)


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


def with_defaults(validator: type) -> type:
    """Return the validator class, extended so that it fills in the schema's defaults."""
    check_properties = validator.VALIDATORS["properties"]

    def fill_in(self, properties, instance, schema):
        if isinstance(instance, dict):
            for key, subschema in properties.items():
                if "default" in subschema and key not in instance:
                    # A copy, since defaults are filled into it, too.
                    instance[key] = deepcopy(subschema["default"])
        yield from check_properties(self, properties, instance, schema)

    return validators.extend(validator, {"properties": fill_in})
