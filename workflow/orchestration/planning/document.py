"""Write the documentation of the settings, docs/configuration.md, from their schema.

Run it with `make docs`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestration.planning.schema import read_schema

Schema = dict[str, Any]

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"
OPENING = """\
# Configuration

`config.yaml` says what is computed. This page lists every key. It is written from
[the schema](../workflow/schemas/config.schema.yaml) by `make docs`: edit the schema, not this page.

A key whose default is *required* must be given. An unknown key, a wrong type or a value out of
range ends in one line that names the key, before any job runs. `snakemake --config sweep=NAME`
computes another sweep.

Pages with examples: [scenarios](scenarios.md), [data](data.md), [models](models.md),
[labeling](labeling.md).
"""
HEADER = "| key | value | default | meaning |\n| --- | --- | --- | --- |"
BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(read_schema()), encoding="utf-8")


def page(schema: Schema) -> str:
    """Return the page: a table of the keys at the top level, then one for each part."""
    parts = {name: key for name, key in schema["properties"].items() if _parts(key)}
    blocks = [OPENING, "## Top level\n", _table(schema, schema["properties"], schema)]
    for name, key in parts.items():
        named = isinstance(key.get("additionalProperties"), dict)
        entry = key["additionalProperties"] if named else key
        title = f"`{name}: NAME:`" if named else f"`{name}:`"
        blocks += [f"## {title}\n", f"{_meaning(key)}\n"]
        if named and "propertyNames" in key:
            blocks += [f"A name is {_lowered(_meaning(_resolved(key['propertyNames'], schema)))}\n"]
        blocks += [_table(entry, dict(_rows(entry)), schema)]
    return "\n".join(blocks)


def _parts(key: Schema) -> bool:
    """Return whether a key has keys below it, so that it gets a section."""
    below = key.get("additionalProperties")
    return "properties" in key or (isinstance(below, dict) and "properties" in below)


def _rows(key: Schema, prefix: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield path and schema of all keys below `key`; in a path `[]` means the items of a list."""
    for name, below in key.get("properties", {}).items():
        required = name in key.get("required", ()) and "default" not in below
        yield prefix + name, below | {"x-required": required}
        yield from _rows(below, f"{prefix}{name}.")
        yield from _rows(below.get("items", {}), f"{prefix}{name}[].")


def _table(key: Schema, rows: dict[str, Schema], schema: Schema) -> str:
    """Return a Markdown table of keys."""
    lines = [HEADER]
    for name, row in rows.items():
        row = _resolved(row, schema)
        required = row.get("x-required", name in key.get("required", ()))
        cells = (f"`{name}`", _values(row, schema), _default(row, required), _meaning(row))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _resolved(key: Schema, schema: Schema) -> Schema:
    """Return a schema with its `$ref`, such as `#/$defs/name`, replaced by what it refers to."""
    if "$ref" not in key:
        return key
    target = schema
    for part in key["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return target | {name: value for name, value in key.items() if name != "$ref"}


def _values(key: Schema, schema: Schema) -> str:
    """Return the values that a key accepts, in words."""
    key = _resolved(key, schema)
    if "enum" in key:
        return ", ".join(f"`{_yaml(value)}`" for value in key["enum"])
    for either in ("anyOf", "oneOf"):
        if either in key:
            return " or ".join(_values(option, schema) for option in key[either])
    types = key.get("type", "anything")
    types = [types] if isinstance(types, str) else types
    words = [_of_type(name, key, schema) for name in types]
    bounds = [f"{word} {key[name]}" for name, word in BOUNDS.items() if name in key]
    return ", ".join([" or ".join(words), *bounds])


def _of_type(name: str, key: Schema, schema: Schema) -> str:
    """Return the YAML word for a JSON type."""
    if name == "array":
        return f"list of {_values(key.get('items', {}), schema)}"
    words = {"object": "mapping", "string": "text", "boolean": "`true` or `false`"}
    return words.get(name, "`null`" if name == "null" else name)


def _default(key: Schema, required: bool) -> str:
    """Return a key's default in words."""
    if "default" in key:
        return f"`{_yaml(key['default'])}`"
    return "*required*" if required else ""


def _meaning(key: Schema) -> str:
    """Return a key's description on one line, as a sentence."""
    words = " ".join(str(key.get("description", "")).split())
    return words and words.removesuffix(".") + "."


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]


def _yaml(value: object) -> str:
    """Return a value as it is written in YAML, on one line."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


if __name__ == "__main__":
    main()
