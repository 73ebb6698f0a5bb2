"""Sweeps in one process have the metrics of the workflow, byte for byte."""

import pyarrow.parquet as pq
import pytest
import yaml

from benchmarks import direct
from cbal.errors import InputError
from tests.conftest import ROOT
from tests.project import checkout
from tests.workflow.conftest import TINY

SCENARIOS = {
    "committee": {
        "steps": ["bald", "cluster"],
        "members": 2,
        "cold_start": "centroid",
        "pseudo_labels": {"threshold": 0.5},
    },
    "by-yield": {
        "steps": ["margin", {"strategy": "gain", "settings": {"finer": 2}}],
        "ask_clusters": "while_they_pay",
        "cluster_labels": "keep",
    },
    "first": {
        "steps": [
            {"strategy": "cluster", "share": {1: 1, 2: 0.5}, "settings": {"space": "discriminant"}},
            {"strategy": "margin", "share": {2: 1}},
        ],
        "cluster_labels": "keep",
        "oracle": {"takes_out": True, "purity": 0.6, "error_rate": {"image": 0.2}},
        "sieve": {"keep": "agreeing", "folds": 2},
        "training": {"weights": {"cluster": 0.3}, "l2": 3},
    },
    "spread": {
        "steps": ["divide", "badge"],
        "cluster_labels": "keep",
        "label_propagation": {"neighbours": 5},
        "training": {"weights": {"pseudo": 0.2}},
    },
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A sweep of many settings, finished by Snakemake."""
    project = checkout(tmp_path_factory.mktemp("direct") / "project")
    project.configure(
        sweep="tiny",
        sweeps__tiny=TINY["sweep"] | {"scenarios": list(SCENARIOS)},
        models__fixed={"architecture": "convnet", "image_size": 8, "trainable": "head"},
        datasets__tiny=TINY["dataset"] | {"model": "fixed", "training": {"l2": 1}},
        **{f"scenarios__{name}": scenario for name, scenario in SCENARIOS.items()},
    )
    project.run()
    return project.path


def run(folder, out, *more):
    direct.main(
        ["tiny", "--config", f"{folder}/config.yaml", "--data", f"{folder}/data/tiny"]
        + ["--features", f"{folder}/results/tiny/encoded/features.npy", "--out", str(out), *more]
    )


@pytest.fixture(scope="module")
def ours(finished, tmp_path_factory):
    """The same sweep in this process."""
    out = tmp_path_factory.mktemp("ours")
    run(finished, out)
    return out


@pytest.mark.parametrize("scenario", [*SCENARIOS, "supervised"])
def test_a_run_has_the_bytes_of_the_workflow(finished, ours, scenario):
    name = f"tiny/{scenario}/seed-0/run.parquet"
    assert (ours / name).read_bytes() == (finished / "results" / name).read_bytes()


def test_finished_runs_are_not_repeated(finished, ours, capsys, monkeypatch):
    before = {file: file.stat().st_mtime_ns for file in ours.rglob("run.parquet")}
    monkeypatch.setattr(direct, "compute", None)
    run(finished, ours)
    assert before == {file: file.stat().st_mtime_ns for file in ours.rglob("run.parquet")}
    assert len(before) == len(SCENARIOS) + 1
    assert not capsys.readouterr().out


def test_a_run_of_other_settings_is_not_taken_for_the_same(finished, ours):
    with pytest.raises(InputError, match="oracle.purity was 0.8, and is 0.5 now"):
        run(finished, ours, "--oracle", '{"purity": 0.5}', "--scenarios", "spread")


def test_a_part_of_the_training_images_is_tested_on(finished, tmp_path):
    run(finished, tmp_path, "--validation", "0.25", "--scenarios", "spread")
    rows = pq.read_table(tmp_path / "metrics.parquet").to_pylist()
    assert {row["held_out"] for row in rows if row["scenario"] == "spread"} == {15}
    assert {row["images"] for row in rows} == {45}


def test_another_annotator_may_be_asked(finished, tmp_path):
    oracle = '{"takes_out": true, "purity": 0.1}'
    run(finished, tmp_path, "--oracle", oracle, "--scenarios", "committee")
    rows = pq.read_table(tmp_path / "tiny/committee/seed-0/run.parquet").to_pylist()
    assert rows[-1]["images_taken_out"] > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stop": {"rule": "uncertainty"}}, "a stopping rule or a person is not computed here"),
        ({"datasets": ["digits"]}, "digits: only models with `trainable: head` are computed here"),
        ({"scenarios": ["checked"]}, "checked: verify is not computed here"),
    ],
)
def test_what_is_not_computed_here_is_refused_in_one_line(tmp_path, changes, message):
    sweep = {"datasets": ["eurosat-head"], "scenarios": ["random"], "seeds": [0], "rounds": 2}
    checked = {"steps": ["random", "verify"]}
    more = {"sweeps": {"tiny": sweep | changes}, "scenarios": {"checked": checked}}
    (tmp_path / "more.yaml").write_text(yaml.safe_dump(more))
    files = ["--config", f"{ROOT}/config.yaml", f"{tmp_path}/more.yaml"]
    data = ["--data", "none", "--features", "none", "--out", str(tmp_path)]
    with pytest.raises(InputError, match=message):
        direct.main(["tiny", *files, *data])
