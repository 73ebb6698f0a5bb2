"""Versions of stages: a version changes with the algorithm, but not with a comment."""

import ast
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def version(script: str, *modules: str) -> str:
    """Return the version of a stage: 12 hexadecimal digits.

    The version is a digest of the syntax trees, without comments and docstrings, of the
    stage's script, the given modules, and all `cbal` modules that they import. It depends on
    the code but not on its place: moving a module to another folder does not change it.

    Args:
        script: file name of the stage's script.
        modules: names of modules that the script loads while it runs, or paths of files.
    """
    seen: set[Path] = set()
    waiting = [SCRIPTS / script, *(path for name in modules for path in _files(name))]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += [file for imported in _parsed(path).imports for file in imported.files]
    return _digest(*sorted({_digest_with_imports(path) for path in seen}))[:12]


@dataclass(frozen=True)
class Import:
    """One name that a file imports from a `cbal` module.

    Attributes:
        files: files that the import runs: first the packages, last the module.
        name: name in the module (empty for the module itself), and name in the importing file.
    """

    files: tuple[Path, ...]
    name: tuple[str, str | None]


@dataclass(frozen=True)
class Parsed:
    """A parsed file: digest of its syntax tree without `cbal` imports, and these imports."""

    digest: str
    imports: tuple[Import, ...]


def _digest_with_imports(path: Path) -> str:
    """Return the digest of a file in which digests replace the names of imported `cbal` modules.

    Thus functions with the same name in two modules differ, and the place of a module does not
    matter.
    """
    parsed = _parsed(path)
    imports = [f"{_parsed(each.files[-1]).digest} {each.name}" for each in parsed.imports]
    return _digest(parsed.digest, *sorted(imports))


@cache
def _parsed(path: Path) -> Parsed:
    stripped = _Stripped()
    tree = stripped.visit(ast.parse(path.read_bytes(), str(path)))
    return Parsed(_digest(_canonical(tree)), tuple(stripped.imports))


class _Stripped(ast.NodeTransformer):
    """Remove docstrings and `cbal` imports from a syntax tree; collect these imports."""

    def __init__(self):
        self.imports: list[Import] = []

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
        return super().generic_visit(node)

    def visit_Import(self, node: ast.Import) -> ast.Import | None:  # noqa: N802
        return self._without(node, lambda name: (_files(name.name), ("", name.asname)))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:  # noqa: N802
        module = _files(node.module or "")

        def imported(name: ast.alias) -> tuple[tuple[Path, ...], tuple[str, str | None]]:
            whole = _files(f"{node.module}.{name.name}")
            if len(whole) > len(module):
                return whole, ("", name.asname or name.name)
            return module, (name.name, name.asname)

        return self._without(node, imported)

    def _without(self, node, imported):
        """Return an import without the names that come from `cbal`; None if no name is left."""
        ours = [imported(name) for name in node.names]
        self.imports += [Import(files, name) for files, name in ours if files]
        node.names = [name for name, (files, _) in zip(node.names, ours) if not files]
        return node if node.names else None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _canonical(node: object) -> str:
    """Return a syntax tree as text that is the same under all versions of Python.

    Empty fields are left out, because versions of Python differ in which of them exist and
    which of them `ast.dump` shows.
    """
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
        inside = ",".join(f"{name}={_canonical(value)}" for name, value in fields)
        return f"{type(node).__name__}({inside})"
    if isinstance(node, list):
        return f"[{','.join(map(_canonical, node))}]"
    return repr(node)


@cache
def _files(name: str) -> tuple[Path, ...]:
    """Return the files that run when the `cbal` module or the file `name` is imported.

    The result is empty for modules outside `cbal`.
    """
    if name.endswith(".py"):
        return (Path(name),)
    parts = name.split(".")
    if parts[0] != "cbal":
        return ()
    packages = [SCRIPTS.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1)]
    modules = (*packages, SCRIPTS.joinpath(*parts).with_suffix(".py"))
    return tuple(path for path in modules if path.is_file())
