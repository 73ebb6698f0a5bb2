"""Code that all command lines share: the keys of a run, and errors in one line."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from typing import Any

from cbal.errors import InputError
from cbal.log import say  # scripts import it from here, with the rest of what they need
from cbal.wording import one_line

KEYS = {"dataset": str, "scenario": str, "seed": int, "round": int, "step": str}


def parser(description: str | None, *keys: str) -> argparse.ArgumentParser:
    """Return a parser that asks for `keys`, some of dataset, scenario, seed, round, step."""
    result = argparse.ArgumentParser(description=description, allow_abbrev=False)
    for key in keys:
        result.add_argument(
            f"--{key}", type=KEYS[key], required=True, help=f"key of the run: {key}"
        )
    return result


def keys_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the keys that `parser` asked for, with their values."""
    return {key: getattr(arguments, key) for key in KEYS if hasattr(arguments, key)}


def run(main: Callable[[Sequence[str] | None], None]) -> None:
    """Run `main`. An `InputError` ends in one line and exit code 1, Ctrl-C in exit code 130.

    The last line of the log has two times: the CPU time of the start (interpreter and imports)
    and the duration of the work.
    """
    started, begin = time.process_time(), time.perf_counter()
    _keep_pandas_unloaded()
    try:
        main(None)
        worked = time.perf_counter() - begin
        say(f"started in {started:.2f} CPU-seconds, worked {worked:.3f} s")
    except InputError as error:
        sys.exit(f"error: {one_line(error)}")
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(128 + signal.SIGINT)


class _NoPandas(MetaPathFinder):
    """Import finder that reports pandas as not installed."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _keep_pandas_unloaded() -> None:
    """Prevent PyArrow from importing pandas, which takes longer than the work of a small job.

    PyArrow tries to import pandas when it makes its first array, to recognise pandas objects.
    It tries again when a table is converted to a data frame; that still works.
    """
    pyarrow, finder = sys.modules.get("pyarrow"), _NoPandas()
    if pyarrow and "pandas" not in sys.modules:
        sys.meta_path.insert(0, finder)
        pyarrow.array([])
        sys.meta_path.remove(finder)
