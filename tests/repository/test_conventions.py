"""Files of the repository that state the same fact agree."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;]+)(.*)$", re.M)


def pins(name):
    """Versions by the package's name, as an index compares names."""
    text = (ROOT / "envs" / name).read_text()
    return {re.sub("[-_.]+", "-", m[1]).lower(): m[2] for m in PIN.finditer(text)}


def test_the_hashes_are_those_of_the_pinned_versions():
    hashed, direct = pins("hashes.txt"), pins("requirements.txt")
    assert direct.items() <= hashed.items(), "run `make hashes`"
    pinned = pins("constraints.txt") | direct
    assert {name: pinned[name] for name in hashed if name in pinned}.items() <= hashed.items()


def test_every_version_has_a_hash_and_no_line_names_a_host_or_a_path():
    text = (ROOT / "envs" / "hashes.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(pins("hashes.txt"))
    for entry in entries:
        assert re.fullmatch(
            r"[\w.-]+==[\w.!+-]+( ; [^\\/]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+", entry
        ), entry


def test_the_environment_of_conda_has_the_pinned_versions():
    parts = yaml.safe_load((ROOT / "envs" / "cbal.yaml").read_text())["dependencies"]
    pip = next(part["pip"] for part in parts if isinstance(part, dict))
    optional = pins("requirements-timm.txt") | pins("requirements-text.txt")
    pinned = pins("requirements.txt") | optional
    conda = {name.split("==")[0].lower(): name.split("==")[1] for name in pip}
    assert conda.items() <= pinned.items()
    assert optional.items() <= conda.items()


def test_the_hooks_before_a_commit_are_the_linters_of_make():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repository["repo"] for repository in hooks] == ["local"]
    makefile = (ROOT / "Makefile").read_text()
    linters = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.M)[1].split("\n")
    assert [hook["entry"] for hook in hooks[0]["hooks"]] == [it.strip() for it in linters if it]


def test_the_version_of_the_citation_is_that_of_the_changelog():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)[1]
    assert citation["version"] == newest


def test_the_catalog_s_entry_says_how_software_is_deployed():
    entry = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())
    deployed = entry["usage"]["software-stack-deployment"]
    rules = "".join(path.read_text() for path in ROOT.glob("workflow/rules/*.smk"))
    assert deployed == {
        "conda": "conda:" in rules,
        "apptainer": "container:" in rules,
        "apptainer+conda": False,
        "report": "report(" in rules,
    }


def test_archived_settings_name_no_path_of_a_machine():
    archived = list((ROOT / "docs").rglob("settings.json"))
    assert archived
    for file in archived:
        assert '": "/' not in file.read_text(), file
