"""Check the working folder and the files of settings before Snakemake reads the settings."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from orchestration.planning.mistakes import SettingsError

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def check_folder(project: str) -> None:
    """Check that Snakemake runs in the project's folder.

    The paths of scripts and of users' data are relative to that folder.

    Raises:
        SettingsError: Snakemake runs in another folder.
    """
    where = os.path.realpath(project)
    if not os.path.samefile(where, os.getcwd()):
        raise SettingsError(
            f"this workflow runs only in its own folder: cd {where}, and leave out --directory "
            "and --snakefile"
        )


def check_files(files: Iterable[str]) -> None:
    """Check that files of settings are YAML (or JSON) without duplicate keys.

    YAML readers use the last of several equal keys, without a warning.

    Raises:
        SettingsError: the first mistake found.
    """
    for file in files:
        try:
            text = Path(file).read_text(encoding="utf-8")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SettingsError(f"{file}: cannot be read ({reason}); mend the path") from None
        except UnicodeDecodeError as error:
            raise SettingsError(f"{file}: is not UTF-8 text ({error}); save it as that") from None
        (_check_json if file.endswith(".json") else _check_yaml)(file, text)


def _check_json(file: str, text: str) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise SettingsError(f"{file}: key {key!r} stands twice; take one out")
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise SettingsError(
            f"{file}: line {error.lineno}: not JSON ({error.msg}); mend it"
        ) from None


def _check_yaml(file: str, text: str) -> None:
    try:
        root = yaml.compose(text, LOADER)
        yaml.load(text, LOADER)  # `compose` does not find invalid tags and dates
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark or error.context_mark).line + 1
        raise SettingsError(f"{file}: line {line}: not YAML ({error.problem}); mend it") from None
    except (yaml.YAMLError, ValueError) as error:
        words = " ".join(str(error).split())
        raise SettingsError(f"{file}: not YAML ({words}); mend it") from None
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError(f"{file}: has no keys; see workflow/schemas/config.schema.yaml")
    for mapping in _mappings(root, set()):
        lines: dict[tuple[str, str], int] = {}
        for key, _ in mapping.value:
            name, line = (key.tag, str(key.value)), key.start_mark.line + 1
            if name in lines:
                raise SettingsError(
                    f"{file}: line {line}: key {key.value!r} stands in line {lines[name]} already; "
                    "take one out"
                )
            lines[name] = line


def _mappings(node: yaml.Node, seen: set[int]) -> Iterator[yaml.MappingNode]:
    """Yield each mapping of a document once, also if aliases (`*name`) repeat it."""
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        yield node
    for child in node.value:
        for part in child if isinstance(child, tuple) else (child,):
            yield from _mappings(part, seen)
