"""Loading and calling a strategy. Anybody may write one: whatever it does wrong is one line."""

import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

import numpy as np

from cbal.errors import InputError
from cbal.strategies.base import Candidates, Selection

Select = Callable[..., Selection]
HELP = "see docs/adding-a-strategy.md"


def load_strategy(address: str) -> Select:
    """Return the function at `address`.

    Args:
        address: module and function, as `cbal.strategies.entropy:select`, or a file and a
            function in it, as `my/strategies.py:select`.

    Raises:
        InputError: there is no such module, file or function, or its code raises.
    """
    module, _, function = address.rpartition(":")
    try:
        loaded = _from_file(module) if module.endswith(".py") else importlib.import_module(module)
        return getattr(loaded, function)
    except (ImportError, AttributeError, OSError) as error:
        raise InputError(f"strategy {address}: cannot be loaded ({error})") from error
    except (Exception, SystemExit) as error:
        spec = None if module.endswith(".py") else importlib.util.find_spec(module)
        _blame(address, spec.origin if spec else module, error)


def guarded(address: str, kind: str) -> Select:
    """Return the function at `address`, made to end in an `InputError` whatever it does wrong.

    Args:
        address: see `load_strategy`.
        kind: "individual" or "cluster", what one of its interactions shows.

    Raises:
        InputError: it cannot be loaded.
    """
    select = load_strategy(address)
    if not callable(select):
        raise InputError(f"strategy {address}: is not a function; {HELP}")
    file, line = _definition(select)

    def call(
        candidates: Candidates, n: int, rng: np.random.Generator, threads: int, **settings: Any
    ) -> Selection:
        known = candidates.sample_id.copy()  # the strategy may alter what it is given
        try:
            chosen = select(candidates, n, rng, threads, **settings)
        except InputError:
            raise
        except (Exception, SystemExit) as error:
            _blame(address, file, error, line)
        wrong = _mistake(chosen, known, n, kind)
        if wrong:
            raise InputError(f"strategy {address}: {wrong} ({file}, line {line}); {HELP}")
        return chosen

    return call


def _from_file(path: str) -> ModuleType:
    """Import a file that is in no package; what is beside it stays out of reach."""
    spec = importlib.util.spec_from_file_location("strategy_of_ones_own", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # classes look for their module there
    spec.loader.exec_module(module)
    return module


def _definition(select: Select) -> tuple[str, int]:
    """Return the file and the line where a function is defined."""
    code = getattr(inspect.unwrap(select), "__code__", None)
    return (os.path.relpath(code.co_filename), code.co_firstlineno) if code else (str(select), 0)


def _blame(address: str, file: str, error: BaseException, line: int = 1) -> NoReturn:
    """Raise an `InputError` that names the last line of the strategy's file that an error passed.

    Args:
        address: of the strategy.
        file: that has it.
        error: what it raised.
        line: to name if the error passed none, as a wrong signature does not.
    """
    if isinstance(error, SyntaxError):
        line = error.lineno or line
    for frame in traceback.extract_tb(error.__traceback__):
        if os.path.abspath(frame.filename) == os.path.abspath(file):
            line = frame.lineno or line
    words = " ".join(str(error).split())
    what = f"{type(error).__name__}{f' ({words})' if words else ''}"
    where = f"{os.path.relpath(file)}, line {line}"
    raise InputError(f"strategy {address}: raised {what} in {where}; mend it") from error


def _mistake(chosen: object, known: np.ndarray, n: int, kind: str) -> str | None:
    """Return what is wrong with a strategy's choice; None if nothing is."""
    if not isinstance(chosen, Selection):
        return f"returned {type(chosen).__name__} and not a Selection"
    try:
        interaction, ids = np.asarray(chosen.interaction), np.asarray(chosen.sample_id)
        score = np.asarray(chosen.score, np.float32)
    except (TypeError, ValueError):
        return "returned a Selection of something else than arrays of numbers"
    if not interaction.ndim == ids.ndim == score.ndim == 1:
        return "returned arrays that have not one dimension"
    if not len(interaction) == len(ids) == len(score):
        return "returned interaction, sample_id and score of different lengths"
    if len(ids) and {interaction.dtype.kind, ids.dtype.kind} - set("iu"):
        return "returned interactions or sample_ids that are not whole numbers"
    numbers, distinct = np.unique(interaction), np.unique(ids)
    if len(distinct) != len(ids) or not np.isin(distinct, known).all():
        return f"must return distinct candidates in at most {n} interactions"
    if len(numbers) > n or not np.array_equal(numbers, np.arange(len(numbers))):
        return f"must return distinct candidates in at most {n} interactions, numbered from 0"
    if kind == "individual" and len(numbers) < len(ids):
        return "shows several images in an interaction, but its kind is individual"
    return None
