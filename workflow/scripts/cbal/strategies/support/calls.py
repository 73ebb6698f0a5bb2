"""Load and call a strategy; each error of a user's strategy ends in one line."""

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
from cbal.pool.annotations import ANNOTATIONS, QUERY
from cbal.pool.parts import PARTS
from cbal.strategies.base import Candidates, Selection
from cbal.wording import counted

Select = Callable[..., Selection]
HELP = "see docs/adding-a-strategy.md"


def load_strategy(address: str) -> Select:
    """Return the function at `address`.

    Args:
        address: module and function, such as `cbal.strategies.entropy:select`, or a file and a
            function in it, such as `my/strategies.py:select`.

    Raises:
        InputError: there is no such module, file or function, or importing it raises an error.
    """
    module, _, function = address.rpartition(":")
    try:
        loaded = _from_file(module) if module.endswith(".py") else importlib.import_module(module)
        return getattr(loaded, function)
    except (ImportError, AttributeError, OSError) as error:
        raise InputError(f"strategy {address}: cannot be loaded ({error})") from error
    except (Exception, SystemExit) as error:
        spec = None if module.endswith(".py") else importlib.util.find_spec(module)
        _raise_with_line(address, spec.origin if spec else module, error)


def guarded(address: str, kind: str) -> Select:
    """Return the function at `address`, wrapped so that each of its errors is an `InputError`.

    Errors are exceptions that it raises and selections that break the rules.

    Args:
        address: see `load_strategy`.
        kind: "individual" or "cluster": whether an interaction shows one image or a cluster.

    Raises:
        InputError: the strategy cannot be loaded.
    """
    select = load_strategy(address)
    if not callable(select):
        raise InputError(f"strategy {address}: is not a function; {HELP}")
    file, line = _definition(select)

    def call(
        candidates: Candidates, n: int, rng: np.random.Generator, threads: int, **settings: Any
    ) -> Selection:
        known = candidates.sample_id.copy()  # a copy, since the strategy may change its arguments
        try:
            chosen = select(candidates, n, rng, threads, **settings)
        except InputError:
            raise
        except (Exception, SystemExit) as error:
            _raise_with_line(address, file, error, line)
        wrong = _problem_of(chosen, known, n, kind)
        if wrong:
            raise InputError(f"strategy {address}: {wrong} ({file}, line {line}); {HELP}")
        return chosen

    return call


def _from_file(path: str) -> ModuleType:
    """Import a file that is in no package; it cannot import the files beside it."""
    spec = importlib.util.spec_from_file_location("strategy_of_user", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look up their module there
    spec.loader.exec_module(module)
    return module


def _definition(select: Select) -> tuple[str, int]:
    """Return the file and the line that define a function."""
    code = getattr(inspect.unwrap(select), "__code__", None)
    return (os.path.relpath(code.co_filename), code.co_firstlineno) if code else (str(select), 0)


def _raise_with_line(address: str, file: str, error: BaseException, line: int = 1) -> NoReturn:
    """Raise an `InputError` that names the line of the strategy's file that caused an error.

    The line is the last one of this file in the traceback.

    Args:
        address: of the strategy.
        file: that contains the strategy.
        error: that the strategy raised.
        line: to name if the traceback has no line of the file, as with a wrong signature.
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


def _problem_of(chosen: object, known: np.ndarray, n: int, kind: str) -> str | None:
    """Return the first rule that a strategy's selection breaks; None if it breaks none."""
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
        return f"must return distinct candidates in at most {counted(n, 'interaction')}"
    if len(numbers) > n or not np.array_equal(numbers, np.arange(len(numbers))):
        most = counted(n, "interaction")
        return f"must return distinct candidates in at most {most}, numbered from 0"
    if kind == "individual" and len(numbers) < len(ids):
        return "shows several images in an interaction, but its kind is individual"
    return _problem_of_notes(chosen.notes, len(numbers))


def _problem_of_notes(notes: object, n: int) -> str | None:
    """Return what is wrong with the notes of n questions; None if nothing is."""
    if not isinstance(notes, dict):
        return f"returned notes that are {type(notes).__name__} and not a dict"
    for name, values in notes.items():
        if name in (*QUERY, *ANNOTATIONS.names, *PARTS.names):
            return f"has a note called {name}, which is a column already"
        if np.shape(values) != (n,) or np.asarray(values).dtype.kind not in "iuf":
            return f"must note one number for each of its {counted(n, 'question')}: {name}"
    return None
