"""A sweep in parts: a checkout takes the runs that another one finished from the archive."""

import shutil

METRICS = "results/sweeps/tiny/metrics.parquet"


def with_archive(project):
    project.configure(sweeps__tiny__archive="kept")
    return project


def test_a_fresh_checkout_takes_finished_runs_from_the_archive(project, fresh, tmp_path):
    with_archive(project).run("archive")
    kept = sorted(str(p.relative_to(project.path)) for p in project.path.glob("kept/*/*/*.parquet"))
    assert kept == [
        "kept/tiny/random/seed-0.parquet",
        "kept/tiny/supervised/seed-0.parquet",
        "kept/tiny/uncertain+cluster/seed-0.parquet",
    ]
    other = with_archive(fresh.copy(tmp_path / "other"))
    shutil.copytree(project.path / "kept", other.path / "kept")
    assert other.jobs(METRICS) == {"collect_metrics": 1}
    other.run(METRICS)
    assert (other.path / METRICS).read_bytes() == (project.path / METRICS).read_bytes()

    # Only a further seed remains to be computed, and the archive does not change.
    other.configure(sweeps__tiny__seeds=[0, 1])
    jobs = other.jobs(METRICS)
    assert jobs["train_supervised"] == 1
    assert jobs["finish_run"] == 3
    assert jobs["train"] + jobs["train_last"] == 4
    (other.path / "kept/tiny/random/seed-0.parquet").unlink()
    assert other.jobs(METRICS)["init_pool"] == 3


def test_archived_runs_are_done_where_they_were_made_too(project):
    with_archive(project).run("archive")
    shutil.rmtree(project.path / "results")
    assert project.jobs(METRICS) == {"collect_metrics": 1}
    said = project.snakemake("-n", "partial")
    assert said.returncode == 0, said.stderr


def test_an_archive_of_another_configuration_is_refused_before_any_job(project):
    with_archive(project).run("archive")
    project.configure(datasets__tiny__training__epochs=2)
    said = project.snakemake("-n")
    assert said.returncode != 0
    lines = [line for line in said.stderr.splitlines() if "training.epochs" in line]
    assert len(lines) == 1
    assert "kept/tiny/random/settings.json: training.epochs was 1, and is 2 now" in lines[0]


def test_results_of_another_configuration_are_not_archived(project):
    with_archive(project).configure(datasets__tiny__training__epochs=2)
    said = project.snakemake("archive")
    assert said.returncode != 0
    assert "training.epochs was 1, and is 2 now; run the sweep again first" in said.stderr


def test_a_sweep_without_an_archive_says_so(project):
    said = project.snakemake("archive")
    assert said.returncode != 0
    assert "sweeps.tiny has no `archive:`" in said.stdout + said.stderr
    said = project.snakemake("calibration")
    assert said.returncode != 0
    assert "sweeps.tiny has no `calibration:`" in said.stdout + said.stderr


def test_a_calibration_runs_and_compares(project):
    grid = {"grid": {"epochs": [1, 2], "flip": [True, False]}, "fraction": 0.2}
    project.configure(sweeps__tiny__calibration=grid)
    assert project.jobs() == {}
    assert project.jobs("calibration")["train_trial"] == 4
    project.run("calibration")
    table = (project.path / "results/sweeps/tiny/tables/calibration.md").read_text()
    assert table.count("\n| ") == 6
    assert "| epochs | flip | seeds | validation accuracy | validation loss |" in table
