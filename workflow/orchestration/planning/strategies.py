"""The strategies that a scenario may name: the registry's and the user's."""

import ast
from pathlib import Path
from typing import Any

from cbal.storage.columns import DOUBT, TERMS
from cbal.strategies.registry import STRATEGIES, Strategy
from orchestration.planning.mistakes import SettingsError

TYPES = {"integer": int, "number": float, "string": str, "boolean": bool}


def strategies_of(config: dict[str, Any]) -> dict[str, Strategy]:
    """Return the strategies of the registry and of the settings, by name.

    Args:
        config: settings, with defaults filled in.
    """
    return STRATEGIES | {name: _registered(own) for name, own in config["strategies"].items()}


def check_own(config: dict[str, Any]) -> None:
    """Check the user's strategies. Their files are parsed but not run.

    Raises:
        SettingsError: the first mistake found.
    """
    for name, own in config["strategies"].items():
        where = f"strategies.{name}"
        if name in STRATEGIES:
            raise SettingsError(f"{where}: the name is taken; choose another")
        if "labeled_features" in own["needs"] and "features" not in own["needs"]:
            raise SettingsError(f"{where}.needs: labeled_features need features too; add them")
        if DOUBT in own["needs"] and len(own["needs"]) > 1:
            raise SettingsError(f"{where}.needs: doubt excludes other fields; take them out")
        file, _, function = own["function"].rpartition(":")
        if function not in _functions(f"{where}.function", Path(file)):
            raise SettingsError(
                f"{where}.function: {file} defines no function {function!r}; mend the name"
            )


def check_scenario(where: str, scenario: dict[str, Any], known: dict[str, Strategy]) -> None:
    """Check that the models of a scenario compute what the strategies of its steps need.

    Raises:
        SettingsError: the first mistake found.
    """
    if scenario["dropout"] and scenario["members"] > 1:
        raise SettingsError(f"{where}: dropout and members exclude each other; take one out")
    several = scenario["dropout"] or scenario["members"] > 1
    if scenario["uncertainty"] and not several:
        raise SettingsError(
            f"{where}: uncertainty needs several passes of a model; "
            "give the scenario `dropout:` or `members:`"
        )
    if all(DOUBT in known[step["strategy"]].needs for step in scenario["steps"]):
        raise SettingsError(f"{where}: no step gives labels that could be verified; add one before")
    if scenario["pseudo_labels"] and scenario["label_propagation"]:
        raise SettingsError(
            f"{where}: pseudo_labels and label_propagation exclude each other; take one out"
        )
    if scenario["sieve"] and all(known[s["strategy"]].kind != "cluster" for s in scenario["steps"]):
        raise SettingsError(
            f"{where}.sieve: it is for labels of clusters, and no step shows clusters; take it out"
        )
    for step in scenario["steps"]:
        missing = set(TERMS) & set(known[step["strategy"]].needs)
        if missing and not several:
            raise SettingsError(
                f"{where}: {step['strategy']} needs several passes of a model; "
                "give the scenario `dropout:` or `members:`"
            )


def _registered(own: dict[str, Any]) -> Strategy:
    """Return a strategy of the settings as an entry of the registry."""
    settings = {
        key: TYPES[values] if isinstance(values, str) else tuple(values)
        for key, values in own["settings"].items()
    }
    return Strategy(own["function"], tuple(own["needs"]), own["kind"], settings, cold=own["cold"])


def _functions(where: str, file: Path) -> set[str]:
    """Return the names of the functions that a file defines at its top level."""
    try:
        tree = ast.parse(file.read_bytes(), str(file))
    except OSError as error:
        reason = error.strerror.lower()
        raise SettingsError(f"{where}: {file} cannot be read ({reason}); mend the path") from None
    except (SyntaxError, ValueError) as error:
        raise SettingsError(f"{where}: {file} is not Python ({error}); mend it") from None
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
