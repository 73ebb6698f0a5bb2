"""Versions of stages: what a changed algorithm changes, and a changed comment does not."""

import ast
import hashlib
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def version(script: str, *modules: str) -> str:
    """Return the version of a stage: 12 hexadecimal digits.

    It is the digest of the syntax trees, comments and docstrings left out, of the
    stage's script, of the given modules, and of all `cbal` modules they import.

    Args:
        script: file name of the stage's script.
        modules: names of modules that the script loads by name, or paths of files.
    """
    seen: set[Path] = set()
    waiting = [SCRIPTS / script, *(path for name in modules for path in _files(name))]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += _parsed(path)[1]
    whole = hashlib.sha256()
    for path in sorted(seen):
        name = path.relative_to(SCRIPTS) if path.is_relative_to(SCRIPTS) else path
        whole.update(f"{name} {_parsed(path)[0]}\n".encode())
    return whole.hexdigest()[:12]


@cache
def _parsed(path: Path) -> tuple[str, tuple[Path, ...]]:
    """Return the digest of a file's syntax tree, and the `cbal` files it imports."""
    tree = ast.parse(path.read_bytes(), str(path))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    digest = hashlib.sha256(_canonical(tree).encode()).hexdigest()
    return digest, tuple(file for name in sorted(imported) for file in _files(name))


def _canonical(node: object) -> str:
    """Return a syntax tree as text, the same under all versions of Python.

    Empty fields are left out: newer versions add some, and `ast.dump` shows them or not.
    """
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
        inside = ",".join(f"{name}={_canonical(value)}" for name, value in fields)
        return f"{type(node).__name__}({inside})"
    if isinstance(node, list):
        return f"[{','.join(map(_canonical, node))}]"
    return repr(node)


def _files(name: str) -> list[Path]:
    """Return the files that importing the `cbal` module or the file `name` runs.

    There are none for modules of others.
    """
    if name.endswith(".py"):
        return [Path(name)]
    parts = name.split(".")
    if parts[0] != "cbal":
        return []
    packages = [SCRIPTS.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1)]
    return [
        path for path in (*packages, SCRIPTS.joinpath(*parts).with_suffix(".py")) if path.is_file()
    ]
