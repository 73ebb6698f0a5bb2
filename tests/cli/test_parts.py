"""Archives of finished runs, and the split of a calibration."""

import json

import pyarrow as pa
import pytest

import archive_runs
import carve_validation
import collect_metrics
import finish_run
import tabulate_calibration
import tabulate_claims
from cbal.errors import InputError
from cbal.storage.files import metadata_of, read_table, write_table

TRAINING = {"training": {"epochs": 5}}
SETTINGS = {"random": {**TRAINING, "rounds": 2}, "supervised": TRAINING}


def put(results, scenario, seed, accuracy=0.5, finished=True):
    """Write a run of two rounds, or a supervised baseline."""
    rounds = {"": 0} if scenario == "supervised" else {"round-1/": 1, "round-2/": 2}
    paths = []
    for folder, round in rounds.items():
        keys = {"dataset": "d", "scenario": scenario, "seed": seed, "round": round}
        row = {**keys, "test_accuracy": accuracy, "test_loss": 1.0, "images": 10}
        row |= {"interactions": 5 * round, "images_cluster": 0}
        row |= {"interactions_individual": 5 * round, "interactions_cluster": 0}
        path = results / "d" / scenario / f"seed-{seed}" / f"{folder}metrics.parquet"
        write_table(path, pa.Table.from_pylist([row]), **keys)
        paths.append(str(path))
    if finished:
        finish_run.main(
            ["--dataset", "d", "--scenario", scenario, "--seed", str(seed), "--metrics", *paths]
            + ["--settings", json.dumps(SETTINGS[scenario])]
            + ["--out", str(results / "d" / scenario / f"seed-{seed}/run.parquet")]
        )


def archive(tmp_path, settings=SETTINGS):
    archive_runs.main(
        ["--results", str(tmp_path / "results"), "--archive", str(tmp_path / "archive")]
        + ["--settings", json.dumps({"d": settings}), "--seeds", "0", "1"]
    )


def collected(tmp_path):
    """Return the metrics of all rounds, as for a half-finished sweep."""
    runs = ("random/seed-0", "random/seed-1", "supervised/seed-0", "supervised/seed-1")
    return collect(tmp_path, *(str(tmp_path / "results/d" / run) for run in runs))


def collect(tmp_path, *runs):
    out = tmp_path / "metrics.parquet"
    collect_metrics.main(["--runs", *runs, "--rounds", "2", "--out", str(out)])
    return read_table(out)


@pytest.fixture
def finished(tmp_path):
    put(tmp_path / "results", "random", 0)
    put(tmp_path / "results", "supervised", 0)
    return tmp_path


def test_finished_runs_alone_are_archived_and_stand_for_their_results(finished):
    put(finished / "results", "random", 1, finished=False)
    whole = collected(finished)
    archive(finished)
    files = {str(p.relative_to(finished / "archive")) for p in finished.rglob("archive/d/*/*")}
    assert files == {
        "d/random/seed-0.parquet",
        "d/random/settings.json",
        "d/supervised/seed-0.parquet",
        "d/supervised/settings.json",
    }
    assert json.loads((finished / "archive/d/random/settings.json").read_text())["rounds"] == 2
    kept = [finished / f"archive/d/{name}/seed-0.parquet" for name in ("random", "supervised")]
    rows = collect(finished, *map(str, kept)).to_pylist()
    assert rows == [row for row in whole.to_pylist() if row["seed"] == 0]
    archive(finished)  # again: nothing to do


def test_a_part_of_other_settings_is_refused(finished):
    archive(finished)
    other = {"random": {**TRAINING, "rounds": 3}}
    with pytest.raises(InputError, match="random/settings.json: rounds was 2, and is 3 now"):
        archive(finished, other)


def test_results_of_other_settings_are_refused(finished):
    changed = {"random": {"training": {"epochs": 6}, "rounds": 2}}
    with pytest.raises(InputError, match="training.epochs was 5, and is 6 now; run the sweep"):
        archive(finished, changed)
    assert not (finished / "archive").exists()


def test_a_run_that_came_out_otherwise_is_refused(finished):
    archive(finished)
    put(finished / "results", "random", 0, accuracy=0.6)
    with pytest.raises(InputError, match="seed-0.parquet: has other numbers"):
        archive(finished)


def test_the_validation_split_is_of_training_images(prepared, tmp_path):
    out = tmp_path / "index.parquet"
    carve_validation.main(
        ["--dataset", "tiny", "--index", f"{prepared}/index.parquet", "--fraction", "0.25"]
        + ["--truth", f"{prepared}/truth.parquet", "--out", str(out)]
    )
    whole, carved = read_table(prepared / "index.parquet"), read_table(out)
    train = [r["sample_id"] for r in whole.to_pylist() if r["split"] == "train"]
    assert carved["sample_id"].to_pylist() == train
    held_out = [r["sample_id"] for r in carved.to_pylist() if r["split"] == "validation"]
    truth = read_table(prepared / "truth.parquet")["label"].to_pylist()
    assert sorted(truth[i] for i in held_out) == [0] * 4 + [1] * 4 + [2] * 4
    assert metadata_of(carved)["classes"] == metadata_of(whole)["classes"]


def test_tables_of_claims_and_calibration(finished):
    collected(finished)
    out = ["--markdown", str(finished / "t.md"), "--csv", str(finished / "t.csv")]
    published = json.dumps({"d": {"accuracy": 0.5, "accuracy_sd": 0.1, "interactions": 5}})
    tabulate_claims.main(
        ["--metrics", str(finished / "metrics.parquet"), "--published", published, *out]
    )
    assert (
        "| supervised test accuracy | 0.500 ± 0.100 | 0.500 | +0.000 | 1 | agrees |"
        in (finished / "t.md").read_text()
    )
    run = finished / "results/d/supervised/seed-0/metrics.parquet"
    trainings = ["--trainings", '[{"flip": true}]', "--published", published]
    tabulate_calibration.main(["--metrics", str(run), *trainings, *out])
    row = "| True | 1 | 0.5000 | 1.0000 (lowest) | +0.0000 |"
    assert row in (finished / "t.md").read_text()
