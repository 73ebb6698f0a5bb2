"""Sweeps with a network that is trained from a named module on, by Snakemake for real."""

import re

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import TINY

SCENARIOS = ["uncertain+cluster", "bald", "committee", "pseudo"]


def on_screen(result):
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def part(fresh, tmp_path_factory):
    """A tiny sweep with a convnet whose last convolution and head are trained, finished."""
    project = fresh.copy(tmp_path_factory.mktemp("part") / "project")
    project.configure(
        models__part={"architecture": "convnet", "image_size": 8, "trainable": "6", "threads": 1},
        datasets__tiny=TINY["dataset"] | {"model": "part"},
        scenarios__committee={"steps": ["bald", "cluster"], "members": 2},
        scenarios__pseudo={"steps": ["margin"], "pseudo_labels": {"threshold": 0.5}},
        sweeps__tiny__scenarios=SCENARIOS,
    )
    project.run()
    return project


def test_rounds_train_the_part_on_activations_computed_once(part):
    activations = np.load(part.path / "results/tiny/encoded/activations.npy", mmap_mode="r")
    assert (activations.shape, activations.dtype) == ((100, 2, 2, 64), np.float16)
    log = (part.path / "logs/tiny/activations.log").read_text()
    assert "activations 100 x 2 x 2 x 64, float16: 0.1 MB, to be kept in" in log
    for scenario in [*SCENARIOS, "supervised"]:
        file = part.path / f"results/tiny/{scenario}/seed-0/run.parquet"
        metrics = pq.read_table(file).to_pylist()
        assert len(metrics) == (1 if scenario == "supervised" else 2)
        assert all(0 <= row["test_accuracy"] <= 1 for row in metrics)
    assert part.jobs() == {}


def test_no_job_of_a_round_reads_images(part):
    result = part.snakemake("-n", "--printshellcmds", "--forceall")
    assert result.returncode == 0, result.stderr
    inputs = {}
    for script, words in re.findall(r"python workflow/scripts/(\w+)[.]py (.*)", on_screen(result)):
        for path in re.findall(r"--images (\S+)", words):
            inputs.setdefault(script, set()).add(path)
    networks = {"train", "extract_features"}
    assert {script: inputs[script] for script in networks} == {
        script: {"results/tiny/encoded/activations.npy"} for script in networks
    }
    images = {script for script, paths in inputs.items() if "data/tiny/images.npy" in paths}
    assert images == {"prepare_data", "compute_activations", "plot_gallery"}


def test_growing_by_a_round_computes_no_activation_again(part, tmp_path):
    project = part.copy(tmp_path / "project")
    project.configure(sweeps__tiny__rounds=3, sweeps__tiny__scenarios=["uncertain+cluster"])
    jobs = project.jobs()
    assert "activations" not in jobs
    assert jobs["train_last"] == 1
    assert "train" not in jobs


def test_a_lost_run_comes_back_byte_for_byte(part, tmp_path):
    project = part.copy(tmp_path / "project")
    project.lose_and_make_again("results/tiny/committee/seed-0")


def test_another_module_computes_again_and_an_unknown_one_is_refused(part, tmp_path):
    project = part.copy(tmp_path / "project")
    project.configure(models__part__trainable="3")
    assert project.jobs()["activations"] == 1
    project.configure(models__part__trainable="33")
    result = project.snakemake("-n")
    assert result.returncode == 1
    (line,) = [line for line in result.stderr.splitlines() if "trainable" in line]
    assert line == (
        "config.yaml: models.part: trainable '33': the model has no such module; write all, head, "
        "or the name of a module, as 3, 6, 9"
    )


def test_calibration_tries_trainings_of_the_part(part, tmp_path):
    project = part.copy(tmp_path / "project")
    project.configure(sweeps__tiny__calibration={"grid": {"learning_rate": [0.01, 0.05]}})
    assert project.jobs("calibration")["train_trial"] == 2


def test_a_person_s_labels_come_from_the_part_too(part, tmp_path):
    project = part.copy(tmp_path / "project")
    project.configure(
        datasets__byhand={"source": "digits", "annotator": "human", "model": "part"}
        | {"classes": ["0", "1"], "interactions": 6}
        | {"training": TINY["dataset"]["training"]},
        sweeps__byhand={"datasets": ["byhand"], "scenarios": ["uncertain+cluster"]}
        | {"seeds": [0], "rounds": 2},
        sweep="byhand",
    )
    result = project.snakemake("-n", "--printshellcmds")
    assert result.returncode == 0, result.stderr
    (command,) = re.findall(r"scripts/write_labels[.]py .*", on_screen(result))
    assert "--images results/byhand/encoded/activations.npy" in command


@pytest.mark.parametrize("model", ["part", "convnet"])
def test_a_final_training_reads_activations_of_its_own_model(part, tmp_path, model):
    project = part.copy(tmp_path / "project")
    project.configure(
        datasets__byhand={"source": "digits", "annotator": "human", "model": model}
        | {"classes": ["0", "1"], "interactions": 6, "validation": 4}
        | {"training": TINY["dataset"]["training"]}
        | {"final_training": {"model": "part", "training": {"epochs": 1, "learning_rate": 0.01}}},
        sweeps__byhand={"datasets": ["byhand"], "scenarios": ["uncertain+cluster"]}
        | {"seeds": [0], "rounds": 1},
        sweep="byhand",
    )
    result = project.snakemake("-n", "--printshellcmds")
    assert result.returncode == 0, result.stderr
    shared, own = (f"results/byhand/encoded/{name}activations.npy" for name in ("", "final/"))
    of_rounds, of_final = (shared, shared) if model == "part" else ("data/byhand/images.npy", own)
    (labels,) = re.findall(r"scripts/write_labels[.]py .*", on_screen(result))
    assert f"--images {of_rounds} " in labels
    assert f"--final-images {of_final} " in labels
    trained = re.findall(r"scripts/train[.]py .*? --images (\S+)", on_screen(result))
    assert sorted(trained) == sorted([of_rounds, of_final])
    computed = re.findall(r"compute_activations[.]py .*? --out (\S+)", on_screen(result))
    assert computed == [of_final]
