"""Names that cannot be defined once, because two languages or programs write them: they agree."""

import importlib
import re
from pathlib import Path

import pytest

from cbal.data.arguments import SOURCES
from cbal.data.text_files import OPEN
from cbal.labeling.web.reviewing import Reviewing
from cbal.labeling.web.server import Labeling
from cbal.pool.parts import FEWEST, MOST
from cbal.pool.querying import COLD_START
from cbal.stopping import rules as stopping
from cbal.storage.columns import COLUMNS, DOUBT
from cbal.storage.paths import (
    BASELINE,
    LOGS,
    METRICS,
    ROUND_FOLDER,
    RUN_FOLDER,
    STEP_FOLDER,
    TRAINING_LOG,
)
from orchestration.operation.progress import TRAINS
from orchestration.planning.kinds import KINDS, KNOWN, TABLES
from orchestration.planning.schema import read_schema

WORKFLOW = Path(__file__).parents[2] / "workflow"
WEB = WORKFLOW / "scripts" / "cbal" / "labeling" / "web"
RULES = "\n\n".join(path.read_text() for path in sorted(WORKFLOW.glob("rules/**/*.smk")))
SCRIPTS = "\n".join(path.read_text() for path in sorted(WEB.glob("static/*.js")))
TEMPLATES = "\n".join(path.read_text() for path in sorted(WEB.glob("templates/*.html")))
BLOCK = re.compile(r"^(?:use rule (\w+) as|rule) (\w+)(?:| with):\n((?:    .*\n|\n)+)", re.M)


def rules():
    """Return text and parent of each rule, by name."""
    return {name: (text, parent) for parent, name, text in BLOCK.findall(RULES)}


def part_of(name, part):
    """Return a part of a rule, such as its outputs, or that of the rule it is made from."""
    text, parent = rules()[name]
    found = re.search(rf"^    {part}:\n((?:        .*\n)+)", text, re.M)
    if found:
        return found[1]
    return part_of(parent, part) if parent else ""


def paths_in(text):
    return re.findall(r'"([^"]*)"', text)


# Rules and the library


def test_logs_of_a_run_are_in_the_folder_that_has_the_name_of_its_results():
    """Rules write the paths of logs out, so that a rule reads without a look elsewhere."""
    parts = [part_of(name, part) for name in rules() for part in ("log", "benchmark")]
    logs = [path for part in parts for path in paths_in(part)]
    of_runs = [path for path in logs if "{scenario}" in path]
    of_baselines = [path for path in logs if f"/{BASELINE}/" in path]
    assert of_runs and of_baselines
    for path in of_runs:
        folder = f"{LOGS}/{RUN_FOLDER}/"
        folder += f"{ROUND_FOLDER}/" if "{round}" in path else ""
        folder += f"{STEP_FOLDER}/" if "{step}" in path else ""
        assert path.startswith(folder)
    for path in of_baselines:
        assert path.startswith(f"{LOGS}/{RUN_FOLDER}/".replace("{scenario}", BASELINE))


def test_progress_counts_the_rules_that_finish_a_round():
    finishes = re.compile(r'metrics=f"{(ROUND|SUPERVISED)}/' + re.escape(METRICS))
    assert {name for name in rules() if finishes.search(part_of(name, "output"))} == set(TRAINS)


@pytest.mark.parametrize("name", TRAINS)
def test_the_status_reads_the_logs_of_training(name):
    (log,) = paths_in(part_of(name, "log"))
    round = "" if BASELINE in log else f"{ROUND_FOLDER}/"
    assert log.endswith(f"/seed-{{seed}}/{round}{TRAINING_LOG}")


def flags_by_script():
    """Return the flags that rules pass to each script."""
    on_device = re.search(r"^ON_DEVICE = \((.*?)^\)", RULES, re.M | re.S)[1]
    found = {}
    for name in rules():
        shell = part_of(name, "shell").replace('f"{ON_DEVICE}"', on_device)
        script = re.search(r"workflow/scripts/(\w+)\.py", shell)
        if script:
            found.setdefault(script[1], set()).update(re.findall(r" (--[a-z0-9-]+)", shell))
    return found


@pytest.mark.parametrize(("script", "flags"), flags_by_script().items())
def test_a_script_knows_the_flags_that_rules_pass(script, flags, capsys):
    with pytest.raises(SystemExit):
        importlib.import_module(script).main(["--help"])
    known = set(re.findall(r"--[a-z0-9-]+", capsys.readouterr().out))
    assert flags <= known


# The schema and the library


def test_the_schema_names_what_the_library_knows():
    def keys(part):
        return read_schema()["properties"][part]["additionalProperties"]["properties"]

    beside = {DOUBT, "labeled_features", "history"}
    assert set(keys("strategies")["needs"]["items"]["enum"]) == {*COLUMNS, *beside}
    assert set(keys("scenarios")["cold_start"]["enum"]) == set(COLD_START)
    # Embeddings have a preparation without `--source`.
    assert set(keys("datasets")["source"]["enum"]) == {*SOURCES, *KINDS}
    assert set(keys("datasets")["columns"]["properties"]) == {
        role for kind in KNOWN.values() for role in kind.columns
    }
    split = read_schema()["$defs"]["oracle"]["split"]
    assert (split["minimum"], split["maximum"]) == (FEWEST, MOST)
    stop = keys("sweeps")["stop"]["properties"]
    assert set(stop["rule"]["enum"]) == set(stopping.RULES)
    for name, rule in stopping.RULES.items():
        assert re.search(rf"\b{rule.at:g} for ([a-z]+ and )?{name}\b", stop["at"]["description"])
        assert re.search(rf"\b{rule.over} for ([a-z]+ and )?{name}\b", stop["over"]["description"])


def test_the_settings_and_the_reader_know_the_same_tables_of_texts():
    assert set(TABLES) == set(OPEN)


# The page's scripts, its templates and the server


def test_the_page_asks_for_what_the_server_has():
    review = Reviewing(None, None, None, None, None).routes()
    app = Labeling(None, None, None, None, review).app()._app
    routes = [route.path_regex for route in app.routes]
    asked = re.findall(r'(?:ask|send|postLast|act)\("(/\w+)"', SCRIPTS)
    # Braces hold versions, numbers, queries.
    fetched = re.findall(r"`\$\{base\}(/\w+[^`]*)`", SCRIPTS)
    assert len(fetched) > 2
    asked += [re.sub(r"\$\{.*?\}", "1", path) for path in fetched]
    assert {"/next", "/answer", "/undo", "/split", "/labels", "/correct", "/restore"} <= set(asked)
    for path in asked:
        assert any(route.match(path.partition("?")[0]) for route in routes), path


def test_every_address_of_the_page_has_the_path_that_a_proxy_adds():
    """`ask` and `postLast` add it by themselves."""
    bare = re.findall(r"`/\w[^`]*`", SCRIPTS) + re.findall(r'fetch\("/.*', SCRIPTS)
    bare += re.findall(r'(?:src|href|action)="/[^"]*', TEMPLATES)
    assert bare == []


def test_the_scripts_name_elements_of_the_templates():
    named = set(re.findall(r'getElementById\("([\w-]+)"\)', SCRIPTS))
    named |= set(re.findall(r'meta\[name="(\w+)"\]', SCRIPTS))
    assert {"main", "answers", "csrf"} <= named
    assert named <= set(re.findall(r'(?:id|name)="([\w-]+)"', TEMPLATES))


def test_the_scripts_read_attributes_that_somebody_writes():
    read = set(re.findall(r"dataset\.(\w+)", SCRIPTS))
    written = set(re.findall(r"dataset\.(\w+) = ", SCRIPTS))
    assert "sample" in read
    assert read <= written | set(re.findall(r"data-(\w+)=", TEMPLATES))
