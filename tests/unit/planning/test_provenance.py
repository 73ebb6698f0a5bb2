import copy
import json
from pathlib import Path

import pytest
import yaml

from cbal.storage.archives import difference
from orchestration.planning.provenance import (
    archived_runs,
    defaults,
    provenance,
    provenance_of_sweep,
)
from orchestration.planning.settings import SettingsError, check
from orchestration.planning.training import trials

CONFIG = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text())


@pytest.fixture
def config(tmp_path):
    config = copy.deepcopy(CONFIG)
    config["sweeps"]["demo"]["archive"] = str(tmp_path / "archive")
    check(config)
    return config


def archive(config, scenario, seed):
    """Put an empty run into the archive, with the current settings."""
    folder = Path(config["sweeps"]["demo"]["archive"]) / "digits" / scenario
    folder.mkdir(parents=True)
    made = provenance_of_sweep(config)["digits"][scenario]
    (folder / "settings.json").write_text(json.dumps(made))
    (folder / f"seed-{seed}.parquet").touch()
    return str(folder / f"seed-{seed}.parquet")


def test_what_changes_no_number_is_no_part_of_it(config):
    before = provenance(config, "digits", "cluster")
    config["datasets"]["digits"] |= {"title": "Other", "path": "elsewhere"}
    config["models"]["convnet"] |= {"threads": 3, "compile": True}
    assert provenance(config, "digits", "cluster") == before


@pytest.mark.parametrize(
    ("part", "key"), [("datasets", "subset"), ("datasets", "interactions"), ("models", "weights")]
)
def test_what_changes_numbers_is(config, part, key):
    before = provenance(config, "digits", "cluster")
    config[part][{"datasets": "digits", "models": "convnet"}[part]][key] = "new"
    assert provenance(config, "digits", "cluster") != before


@pytest.mark.parametrize("inside", [".", "model.safetensors"])
def test_weights_are_what_they_are_wherever_they_lie(config, tmp_path, inside):
    def with_weights(folder, content):
        (tmp_path / folder / "own").mkdir(parents=True)
        (tmp_path / folder / "own/model.safetensors").write_bytes(content)
        config["models"]["convnet"]["weights"] = str(tmp_path / folder / "own" / inside)
        return provenance(config, "digits", "cluster")

    before = with_weights("here", b"1")
    assert str(tmp_path) not in json.dumps(before)
    assert with_weights("there", b"1") == before
    assert with_weights("changed", b"2") != before


def test_a_baseline_asks_nobody(config):
    before = provenance(config, "digits", "supervised")
    config["datasets"]["digits"]["interactions"] = 1
    config["oracle"]["purity"] = 0.5
    assert provenance(config, "digits", "supervised") == before


def test_runs_of_the_archive_are_found(config):
    assert archived_runs(config) == {}
    path = archive(config, "cluster", 1)
    assert archived_runs(config) == {("digits", "cluster", 1): path}


def test_an_archive_of_other_settings_is_refused(config):
    archive(config, "cluster", 1)
    config["datasets"]["digits"]["training"]["epochs"] = 3
    with pytest.raises(SettingsError, match="training.epochs was 12, and is 3 now; mend the"):
        archived_runs(config)
    config["sweeps"]["demo"]["archive"] = None
    assert archived_runs(config) == {}


@pytest.mark.parametrize("more", [-1, 1])
def test_an_archived_sweep_with_other_rounds_is_told_where_to_grow(config, more):
    """An archive has no pools: a run of more rounds needs the ones before it."""
    archive(config, "cluster", 1)
    before = config["sweeps"]["demo"]["rounds"]
    config["sweeps"]["demo"]["rounds"] = before + more
    with pytest.raises(SettingsError) as error:
        archived_runs(config)
    told = f"rounds was {before}, and is {before + more} now; an archive has measurements"
    assert told in str(error.value)
    assert "name another folder, or write `archive: null`" in str(error.value)
    assert "\n" not in str(error.value)
    config["sweeps"]["demo"]["archive"] += "-longer"
    assert archived_runs(config) == {}


def test_settings_that_came_later_are_at_their_defaults(config):
    path = archive(config, "cluster", 1)
    file = Path(path).with_name("settings.json")
    made = json.loads(file.read_text())
    del made["scenario"]["cluster_labels"], made["training"]["flip"]
    file.write_text(json.dumps(made))
    assert archived_runs(config) == {("digits", "cluster", 1): path}
    config["scenarios"]["cluster"]["cluster_labels"] = "keep"
    with pytest.raises(SettingsError, match="cluster_labels was reask, and is keep now"):
        archived_runs(config)
    assert defaults()["oracle"]["purity"] == 0.8


def test_trials_are_all_combinations():
    grid = {"batch_size": [32, 64], "flip": [False, True]}
    named = trials({"grid": grid})
    assert list(named) == [
        "batch_size-32+flip-false",
        "batch_size-32+flip-true",
        "batch_size-64+flip-false",
        "batch_size-64+flip-true",
    ]
    assert named["batch_size-64+flip-true"] == {"batch_size": 64, "flip": True}
    assert trials(None) == {}


def test_a_run_that_stops_by_a_rule_is_another_one(config):
    """Archives from before the rules have runs without one."""
    now = provenance(config, "digits", "cluster")
    before = {key: value for key, value in now.items() if key != "stop"}
    assert difference(before, now, defaults()) is None
    config["sweeps"]["demo"]["stop"] = {"rule": "kappa", "at": 0.99, "over": 3}
    after = provenance(config, "digits", "cluster")
    assert difference(before, after, defaults()).startswith("stop.at was not set")
    assert "stop" not in provenance(config, "digits", "supervised")
