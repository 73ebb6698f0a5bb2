"""What all command lines share: the keys of a run, and errors in one line."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from typing import Any

from cbal.errors import InputError

KEYS = {"dataset": str, "scenario": str, "seed": int, "round": int, "step": str}


def parser(description: str | None, *keys: str) -> argparse.ArgumentParser:
    """Return a parser that asks for `keys`, some of dataset, scenario, seed, round, step."""
    result = argparse.ArgumentParser(description=description, allow_abbrev=False)
    for key in keys:
        result.add_argument(f"--{key}", type=KEYS[key], required=True, help=f"key: the {key}")
    return result


def keys_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the keys that `parser` asked for, with their values."""
    return {key: getattr(arguments, key) for key in KEYS if hasattr(arguments, key)}


def say(message: str) -> None:
    """Write one line to the job's log."""
    print(message, file=sys.stderr, flush=True)


def run(main: Callable[[Sequence[str] | None], None]) -> None:
    """Run `main`; an `InputError` becomes one line and exit code 1, a Ctrl-C 130.

    The log ends with what the job's start took (of the interpreter, and of its imports) and
    its work.
    """
    started, begin = time.process_time(), time.perf_counter()
    _spare_pandas()
    try:
        main(None)
        worked = time.perf_counter() - begin
        say(f"started in {started:.2f} CPU-seconds, worked {worked:.3f} s")
    except InputError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(128 + signal.SIGINT)


class _NoPandas(MetaPathFinder):
    """Answers for pandas as if it were not installed."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _spare_pandas() -> None:
    """Let PyArrow not import pandas by itself: that costs a small job more than its work.

    With its first array PyArrow looks for it, to tell its objects from others. It looks
    again when something is to become a data frame.
    """
    pyarrow, finder = sys.modules.get("pyarrow"), _NoPandas()
    if pyarrow and "pandas" not in sys.modules:
        sys.meta_path.insert(0, finder)
        pyarrow.array([])
        sys.meta_path.remove(finder)
