import ast
import shutil

import pytest

from orchestration.planning import versions


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """A copy of the scripts that may be edited."""
    copy = tmp_path / "scripts"
    shutil.copytree(versions.SCRIPTS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(versions, "SCRIPTS", copy)
    forget()
    yield copy
    forget()


def forget():
    """Clear the caches, so that the next version is computed from the files."""
    versions._parsed.cache_clear()
    versions.version.cache_clear()
    versions._files.cache_clear()


STAGES = [
    ("prepare_data.py",),
    ("train.py",),
    ("extract_features.py",),
    ("annotate.py",),
    ("query.py", "cbal.strategies.cluster"),
    ("query.py", "cbal.strategies.entropy"),
    ("plot_accuracy.py",),
    ("plot_gallery.py",),
]


def changed_by(scripts, file, edit):
    before = {stage: versions.version(*stage) for stage in STAGES}
    path = scripts / file
    text = edit(path.read_text())
    assert text != path.read_text()
    path.write_text(text)
    forget()
    return {stage for stage in STAGES if versions.version(*stage) != before[stage]}


def append(line):
    return lambda text: f"{text}\n{line}\n"


def test_a_comment_or_a_docstring_changes_nothing(scripts):
    assert not changed_by(scripts, "cbal/learning/training.py", append("# a comment"))
    assert not changed_by(
        scripts, "train.py", lambda text: text.replace('"""Parse the command line', '"""Read it')
    )


def test_fields_that_newer_versions_of_python_add_change_nothing():
    old = ast.FunctionDef(name="f", body=[ast.Pass()])
    new = ast.FunctionDef(name="f", body=[ast.Pass()], type_params=[], returns=None)
    assert versions._canonical(old) == versions._canonical(new)
    assert versions._canonical(old) != versions._canonical(ast.FunctionDef(name="g", body=[]))


def test_a_module_that_moves_changes_nothing(scripts):
    before = {stage: versions.version(*stage) for stage in STAGES}
    folder = scripts / "cbal" / "elsewhere"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Another folder."""\n')
    (scripts / "cbal/clustering/kmeans.py").rename(folder / "lloyd.py")
    for file in scripts.rglob("*.py"):
        old, new = (f"from cbal.{name} import" for name in ("clustering.kmeans", "elsewhere.lloyd"))
        file.write_text(file.read_text().replace(old, new))
    forget()
    assert {stage: versions.version(*stage) for stage in STAGES} == before


def test_the_same_name_from_another_module_changes_the_stage(scripts):
    one = "from cbal.strategies import random_choice, ranking\nfrom {} import select\n"
    made = []
    for module in ("cbal.strategies.entropy", "cbal.strategies.margin"):
        both = "import cbal.strategies.entropy\nimport cbal.strategies.margin\n"
        (scripts / "stage.py").write_text(both + one.format(module))
        forget()
        made.append(versions.version("stage.py"))
    assert made[0] != made[1]


def test_training_code_changes_training_alone(scripts):
    assert changed_by(scripts, "cbal/learning/training.py", append("x = 1")) == {("train.py",)}


def test_a_strategy_changes_its_own_step_alone(scripts):
    assert changed_by(scripts, "cbal/strategies/cluster.py", append("x = 1")) == {
        ("query.py", "cbal.strategies.cluster")
    }


def test_a_new_strategy_in_the_registry_changes_nothing(scripts):
    assert not changed_by(scripts, "cbal/strategies/registry.py", append("x = 1"))


def test_a_file_of_the_user_counts_as_a_module_does(scripts, tmp_path):
    own = tmp_path / "own.py"
    own.write_text("from cbal.clustering.kmeans import kmeans\nx = 1\n")

    def version():
        forget()
        return versions.version("query.py", str(own))

    before = version()
    assert before != versions.version("query.py")
    own.write_text(own.read_text() + "# a comment\n")
    assert version() == before
    own.write_text(own.read_text().replace("x = 1", "x = 2"))
    changed = version()
    assert changed != before
    kmeans = scripts / "cbal/clustering/kmeans.py"
    kmeans.write_text(kmeans.read_text() + "\nx = 1\n")
    assert version() != changed


def test_the_style_changes_figures_alone(scripts):
    assert changed_by(scripts, "cbal/results/figures/style.py", append("x = 1")) == {
        ("plot_accuracy.py",),
        ("plot_gallery.py",),
    }


def test_a_module_imported_through_others_counts(scripts):
    changed = changed_by(scripts, "cbal/models/model.py", append("x = 1"))
    assert {("train.py",), ("extract_features.py",)} == changed
    assert changed_by(scripts, "cbal/storage/files.py", append("x = 1")) == set(STAGES)


def test_the_oracle_changes_annotations_alone(scripts):
    assert changed_by(scripts, "cbal/pool/oracle.py", append("x = 1")) == {("annotate.py",)}
