"""The jobs of a data set that a person labels, counted by dry run."""

import re

import pytest
from PIL import Image

from tests.project import checkout


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """A sweep of two rounds of `uncertain+cluster` over a folder, with validation."""
    project = checkout(tmp_path_factory.mktemp("by-hand") / "project")
    (project.path / "photos").mkdir()
    Image.new("RGB", (9, 9)).save(project.path / "photos/1.png")
    project.configure(
        sweep="mine",
        sweeps__mine__rounds=2,
        datasets__mine__path="photos",
        datasets__mine__model="convnet",
    )
    return project


ROUND = {"select_uncertain": 1, "cluster": 1, "annotate_by_hand": 2, "update_pool": 1}
ROUND |= {"gather_known": 1}
ONCE = {"prepare_unlabeled": 1, "annotate_validation": 1, "extract_untrained": 1, "init_pool": 1}
ONCE |= {"extract_features": 1, "train": 1, "train_last": 1, "write_labels": 1, "plot_gallery": 1}
ONCE |= {"collect_metrics": 1, "plot_accuracy": 1, "plot_clusters": 1, "tabulate": 1, "all": 1}


def test_a_sweep_from_nothing(by_hand):
    assert by_hand.jobs() == {**{name: 2 * n for name, n in ROUND.items()}, **ONCE}


def test_no_job_reads_or_makes_true_labels(by_hand):
    result = by_hand.snakemake("-n", "class_folders")
    assert result.returncode == 0
    assert "truth.parquet" not in result.stdout + result.stderr
    assert "class-folders" in result.stdout + result.stderr


def test_without_validation_nothing_is_asked_before_round_one(by_hand, tmp_path):
    project = by_hand.copy(tmp_path / "project")
    project.configure(datasets__mine__validation=None)
    assert "annotate_validation" not in project.jobs()


def test_a_person_waits_where_snakemake_was_started(by_hand):
    """Not on a compute node: answers come to a local job, and no submission goes on past them."""
    local = (by_hand.path / "Snakefile").read_text().partition("localrules:")[2]
    for name in ("annotate_by_hand", "annotate_validation"):
        assert f"    {name}," in local
    command = ["-n", "--cores", "2", "--profile", "slurm"]
    result = by_hand.on_screen(*command, environment=None)
    assert result.returncode == 0, result.stdout
    assert len(re.findall(r"^rule annotate_by_hand:", result.stdout, re.M)) == 4
    grouped = re.findall(r"^    rule (\w+):", result.stdout, re.M)  # indented
    assert {name: grouped.count(name) for name in ROUND if name in grouped} == {
        name: 2 for name in ROUND if name != "annotate_by_hand"
    }


def test_address_port_classes_and_budget_rerun_nothing(by_hand):
    """They are resources: no label is asked again, and nothing trained, for one of them."""
    text = (by_hand.path / "workflow/rules/label.smk").read_text()
    params = text.partition("rule annotate_by_hand")[2].partition("params:")[2]
    params = params.partition("shell:")[0]
    for word in ("label_host", "label_port", "label_classes", "label_budget", "rounds", "title"):
        assert word not in params
