"""A real run of Snakemake, on the CPU."""

import os
import subprocess
import time

import pyarrow.parquet as pq
import pytest

from tests.conftest import ROOT, write_class_folders
from tests.forks import without_server
from tests.plain_user import as_plain_user
from tests.project import Project

METRICS = "results/sweeps/tiny/metrics.parquet"


def test_a_finished_sweep_has_its_results(finished):
    results = finished.path / "results/sweeps/tiny"
    metrics = pq.read_table(results / "metrics.parquet").to_pandas()
    assert len(metrics) == 2 * 2 + 1
    assert metrics["test_accuracy"].between(0, 1).all()
    runs = metrics[metrics["scenario"] != "supervised"]
    assert runs[runs["round"] == 2]["interactions"].between(8, 12).all()
    for name in ("accuracy", "clusters", "gallery-tiny"):
        assert (results / f"figures/{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (results / f"figures/{name}.pdf").read_bytes().startswith(b"%PDF")
    assert "| random | 1 |" in (results / "tables/summary.md").read_text()
    header = (results / "tables/summary.csv").read_text().splitlines()[0]
    assert header.startswith("dataset,scenario,seeds,final_accuracy")


def test_forks_give_the_bytes_of_processes(fresh, finished, tmp_path):
    project = fresh.copy(tmp_path / "project")
    result = project.on_screen("--cores", "2", environment=without_server())
    assert result.returncode == 0, result.stdout
    assert project.results() == finished.results()
    logs = {log: log.read_text() for log in (project.path / "logs").rglob("*.log")}
    forked = {log.stem for log, text in logs.items() if "\ntook " in text}
    assert {"train", "extract", "query", "annotate", "update_pool", "plot_accuracy"} <= forked
    assert not any("\ntook " in log.read_text() for log in finished.path.rglob("logs/**/*.log"))


def test_temporary_files_are_gone_but_for_the_last_model(finished):
    run = finished.path / "results/tiny/uncertain+cluster/seed-0"
    assert not (run / "round-2/features.parquet").exists()
    assert not (run / "round-1/model.safetensors").exists()
    assert (run / "round-2/model.safetensors").exists()


def test_every_file_carries_its_keys(finished):
    for file in (finished.path / "results").rglob("*.parquet"):
        table = pq.read_table(file)
        metadata = (table.schema.metadata or {}).get(b"cbal", b"")
        assert "dataset" in table.column_names or b'"dataset"' in metadata, file


def test_growing_by_a_round_leaves_the_rounds_before(project):
    before = project.results()
    project.configure(sweeps__tiny__rounds=3)
    project.run(METRICS)
    after = project.results()
    changed = {name for name in before if after.get(name) != before[name]}
    grown = {n for n in changed if n.endswith(("round-2/model.safetensors", "/run.parquet"))}
    assert changed - grown == {METRICS}
    metrics = pq.read_table(project.path / METRICS)
    assert metrics["round"].to_pylist().count(3) == 2


def test_the_report_has_figures_and_captions(finished):
    finished.run("--report", "report.html")
    html = (finished.path / "report.html").read_text()
    for words in ("Test accuracy against human interactions", "Clusters as they were put before"):
        assert words in html


def test_lint_is_clean(fresh):
    result = fresh.snakemake("--lint")
    assert result.returncode == 0, result.stderr
    assert "in a good condition" in result.stdout + result.stderr


class TestBadInput:
    def one_line(self, project, *arguments):
        result = project.snakemake(*arguments)
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        return result.stderr

    def test_an_unknown_sweep_stops_before_any_job(self, fresh):
        error = self.one_line(fresh, "--config", "sweep=nope")
        assert error.splitlines()[-1].startswith("config.yaml: sweep: unknown 'nope'; known are")

    def test_a_key_that_stands_twice_stops_before_any_job(self, fresh, tmp_path):
        project = fresh.copy(tmp_path / "project")
        with (project.path / "config.yaml").open("a") as file:
            file.write("sweep: demo\n")
        error = self.one_line(project, "-n")
        assert error.splitlines()[-1].startswith("Error: config.yaml: line ")
        assert "key 'sweep' stands in line 1 already" in error

    @pytest.mark.parametrize("how", ["-n", "--cores=1"])
    def test_read_only_outputs_stop_in_one_line(self, project, how):
        run = "results/tiny/random/seed-0/run.parquet"
        (project.path / run).chmod(0o444)
        command = [*as_plain_user(), "snakemake", how, run, "--forcerun", "finish_run"]
        result = subprocess.run(command, cwd=project.path, capture_output=True, text=True)
        assert result.returncode == 1
        *_, before, told = (result.stdout + result.stderr).strip().splitlines()
        assert before == "Building DAG of jobs..."
        assert told.startswith(f"Error: {run}: may not be written to")
        assert f"(chmod u+w {run})" in told

    def test_equal_numbers_rerun_nothing(self, finished, tmp_path):
        project = finished.copy(tmp_path / "project")
        project.configure(datasets__tiny__training__epochs=1.0, oracle__purity=0.80)
        project.configure(sweeps__tiny__rounds=2.0, sweeps__tiny__seeds=[0.0])
        assert project.jobs() == {}

    def test_braces_and_quotes_in_a_title_are_drawn(self, project):
        project.configure(datasets__tiny__title="A {b} {dataset} 'q' \"$5")
        project.run("figures")
        table = (project.path / "results/sweeps/tiny/tables/summary.md").read_text()
        assert "## A {b} {dataset} 'q' \"\\$5" in table

    def test_a_truncated_image_is_named_on_the_screen(self, fresh, tmp_path):
        project = fresh.copy(tmp_path / "project")
        images = write_class_folders(tmp_path / "images", {"a": 10, "b": 10}, side=16)
        broken = images / "a" / "3.png"
        broken.write_bytes(broken.read_bytes()[:100])
        dataset = {"source": "folder", "path": str(images), "subset": None, "test_subset": None}
        project.configure(**{f"datasets__tiny__{key}": value for key, value in dataset.items()})
        error = self.one_line(project)
        assert f"error: {broken}: not a readable image" in error
        assert not list((project.path / "data").rglob("*.parquet"))

    @pytest.mark.parametrize("name", ["pool.parquet", "step-1-random/query.parquet"])
    def test_a_truncated_file_is_named_with_what_to_do(self, project, name):
        run = project.path / "results/tiny/random/seed-0/round-1"
        path = run / name
        path.write_bytes(path.read_bytes()[:-8])
        (run / "metrics.parquet").unlink()
        (run / "pool.parquet").unlink() if name != "pool.parquet" else None
        error = self.one_line(project)
        assert f"round-1/{name}: not a whole Parquet file" in error
        assert "delete it and run the same snakemake command again" in error


class TestElsewhere:
    def test_a_foreign_package_of_any_of_our_names_is_not_taken(self, fresh, tmp_path):
        for name in ("workflow", "orchestration", "cbal", "query"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").write_text("raise SystemExit('foreign')\n")
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        result = fresh.on_screen("-n", "--cores", "1", environment=environment)
        assert result.returncode == 0, result.stdout
        query = ["python", "workflow/scripts/query.py", "--help"]
        subprocess.run(query, cwd=fresh.path, env=environment, check=True, capture_output=True)

    @pytest.mark.parametrize("option", ["--directory", "--snakefile"])
    def test_another_folder_is_one_line(self, fresh, tmp_path, option):
        where = {"--directory": fresh.path, "--snakefile": tmp_path}[option]
        value = {"--directory": tmp_path, "--snakefile": fresh.path / "Snakefile"}[option]
        result = Project(where).snakemake("-n", option, str(value))
        assert result.returncode == 1
        assert result.stderr.splitlines()[-1] == (
            f"Error: this workflow runs only in its own folder: cd {fresh.path}, and leave out "
            "--directory and --snakefile"
        )
        assert "Traceback" not in result.stderr


class TestTime:
    def test_what_is_dated_in_the_future_stops_before_any_job_and_the_advice_helps(self, project):
        later = time.time() + 86400
        before = project.results()
        for folder in ("data", "results"):
            for file in (project.path / folder).rglob("*"):
                os.utime(file, (later, later))
        (project.path / METRICS).unlink()
        result = project.snakemake(METRICS)
        assert result.returncode == 1
        (line,) = (line for line in result.stderr.splitlines() if line.startswith("Error:"))
        assert "run.parquet and 2 more: dated" in line
        assert not (project.path / METRICS).exists()
        advice = line.rpartition("change the files' date: ")[2]
        subprocess.run(advice, shell=True, cwd=project.path, check=True)
        assert project.jobs(METRICS) == {"collect_metrics": 1}
        project.run(METRICS)
        assert project.results() == before
        assert project.jobs(METRICS) == {}


class TestStatus:
    def status(self, project, *arguments):
        command = ["make", "--silent", "--file", ROOT / "Makefile", "status"]
        command += [f"SWEEP={name}" for name in arguments]
        return subprocess.run(command, cwd=project.path, capture_output=True, text=True)

    def test_it_tells_where_the_sweep_stands(self, finished):
        result = self.status(finished)
        assert result.returncode == 0, result.stderr
        assert result.stdout.startswith("sweep tiny: 5 of 5 rounds done (100%)\n")
        assert "uncertain+cluster         2/2   seed 0: 2\n" in result.stdout
        assert result.stdout.endswith("at work: nobody\n")

    def test_of_another_sweep_and_of_none(self, finished):
        assert "sweep demo: 0 of 155 rounds done" in self.status(finished, "demo").stdout
        unknown = self.status(finished, "nope")
        assert unknown.returncode != 0
        assert unknown.stderr.startswith("config.yaml: sweep: unknown 'nope'; known are")
