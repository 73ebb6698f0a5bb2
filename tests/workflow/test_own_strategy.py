"""The page on adding a strategy, followed step by step, and a strategy that fails."""

import re
import shutil
import subprocess

import pytest
import yaml

from cbal.storage.files import read_table
from tests.conftest import ROOT

PAGE = (ROOT / "docs/adding-a-strategy.md").read_text()
QUERY = "results/tiny/longest/seed-0/round-1/step-1-longest/query.parquet"
WRITTEN, REGISTERED, *CONFIGURED = re.findall(r"```(?:python|yaml)\n(.*?)```", PAGE, re.S)
OWN, USED = map(yaml.safe_load, CONFIGURED)


def use(project):
    """Name the strategy in a scenario, as step 3 says, and that in the sweep."""
    scenario = USED["scenarios"]["longest"]
    project.configure(scenarios__longest=scenario, sweeps__tiny__scenarios=["longest"])


def put(project, file, text=WRITTEN):
    path = project.path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def registered(fresh, tmp_path):
    """A checkout with the strategy in the registry: steps 1 to 3."""
    project = fresh.copy(tmp_path / "registered")
    put(project, *re.findall(r"\*\*1\. Write it\*\*, as `(\S+)`", PAGE))
    registry = re.findall(r"by a line in `(\S+)`", PAGE)[0]
    text = (project.path / registry).read_text()
    assert text.endswith("}\n")
    put(project, registry, text[:-2] + REGISTERED + "}\n")
    use(project)
    return project


@pytest.fixture
def own(fresh, tmp_path):
    """A checkout with the strategy in a file of the user."""
    project = fresh.copy(tmp_path / "own")
    put(project, OWN["strategies"]["longest"]["function"].partition(":")[0])
    project.configure(strategies=OWN["strategies"])
    use(project)
    return project


def test_the_page_s_strategy_chooses_the_same_from_the_registry_and_from_a_file(registered, own):
    chosen = []
    for project in (registered, own):
        project.run(QUERY)
        chosen.append(read_table(project.path / QUERY).to_pydict())
    assert len(chosen[0]["sample_id"]) == 6
    assert chosen[0]["score"] == sorted(chosen[0]["score"], reverse=True)
    assert chosen[0] == chosen[1]


def test_the_page_s_strategy_keeps_the_contract(registered):
    for part in ("tests", "benchmarks", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, registered.path / part)
    command = re.search(r"`(python -m pytest \S+ -k longest)`", PAGE)[1].split()
    result = subprocess.run(command, cwd=registered.path, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert "passed" in result.stdout


def test_one_that_goes_wrong_is_one_line_on_the_screen(own):
    put(own, "path/to/longest.py", WRITTEN.replace("return highest", "return [] and highest"))
    result = own.snakemake(QUERY)
    assert result.returncode == 1
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("error:"))
    number = WRITTEN[: WRITTEN.index("def select")].count("\n") + 1
    assert line == (
        "error: strategy path/to/longest.py:select: returned list and not a Selection "
        f"(path/to/longest.py, line {number}); see docs/adding-a-strategy.md"
    )
    assert "Traceback" not in result.stderr
