"""The jobs that each case runs, counted by dry runs."""

import shutil

import pytest

# A round of `random`, and of `uncertain+cluster` after the first.
RANDOM = {"select_random": 1, "annotate": 1, "update_pool": 1}
MIXED = {"extract_features": 1, "select_uncertain": 1, "cluster": 1, "annotate": 2}
MIXED |= {"update_pool": 1}
DRAWN = {"collect_metrics": 1, "plot_accuracy": 1, "plot_clusters": 1, "plot_forest": 1}
DRAWN |= {"tabulate": 1, "tabulate_wins": 1, "tabulate_claims": 1, "all": 1}


def add(*parts):
    """Return the sum of job counts."""
    return {
        name: n
        for name in {name for part in parts for name in part}
        if (n := sum(part.get(name, 0) for part in parts))
    }


def test_a_sweep_from_nothing(fresh):
    first = {**MIXED, "extract_features": 0}
    runs = add(RANDOM, RANDOM, first, MIXED, {"train": 2, "train_last": 2, "init_pool": 2})
    once = {"prepare_data": 1, "extract_untrained": 1, "train_supervised": 1, "plot_gallery": 1}
    assert fresh.jobs() == add(runs, once, {"finish_run": 3}, DRAWN)


def test_the_paper_s_sweep(fresh):
    """2 data sets x 5 scenarios x 5 seeds x 15 rounds."""
    jobs = fresh.jobs("--config", "sweep=paper")
    rounds = 2 * 5 * 15  # data sets x seeds x rounds
    assert jobs["train"] + jobs["train_last"] == 5 * rounds
    assert jobs["train_last"] == jobs["init_pool"] == 50
    assert jobs["train_supervised"] == 10
    assert jobs["select_random"] == rounds
    assert jobs["select_uncertain"] == jobs["cluster"] == 3 * rounds
    assert jobs["annotate"] == 7 * rounds
    assert jobs["extract_features"] == 4 * 2 * 5 * 14  # not in round 1, not for random
    assert jobs["extract_pretrained"] == jobs["fetch_data"] == jobs["plot_gallery"] == 2
    assert jobs["fetch_weights"] == 1
    assert sum(jobs.values()) == 4297


def test_the_paper_s_calibration_never_sees_the_test_split(fresh):
    """2 data sets x 3 batch sizes x 2 flips."""
    jobs = fresh.jobs("calibration", "--config", "sweep=paper")
    assert jobs["train_trial"] == 12
    assert not {"train", "train_supervised"} & jobs.keys()
    result = fresh.snakemake("-n", "calibration", "--config", "sweep=paper")
    trials = [part for part in result.stdout.split("rule ") if part.startswith("train_trial")]
    assert len(trials) == 12
    for trial in trials:
        assert "calibration/index.parquet" in trial
        assert "index.parquet" not in trial.replace("calibration/index.parquet", "")


def test_a_finished_sweep_has_nothing_to_do(finished):
    for target in ([], ["figures"], ["results/sweeps/tiny/metrics.parquet"]):
        assert finished.jobs(*target) == {}


def test_more_cores_rerun_nothing(finished):
    result = finished.snakemake("-n", cores=8)
    assert "Nothing to be done" in result.stdout + result.stderr


def test_another_seed_adds_its_jobs_alone(project):
    project.configure(sweeps__tiny__seeds=[0, 1])
    runs = add(RANDOM, RANDOM, {**MIXED, "extract_features": 0}, MIXED)
    runs = add(runs, {"train": 2, "train_last": 2, "init_pool": 2, "finish_run": 3})
    assert project.jobs() == add(runs, DRAWN, {"extract_untrained": 1, "train_supervised": 1})


def test_another_scenario_adds_its_jobs_alone(project):
    project.configure(sweeps__tiny__scenarios=["random", "uncertain+cluster", "uncertain"])
    step = {"select_uncertain": 1, "annotate": 1, "update_pool": 1}
    run = add(step, step, {"extract_features": 1, "train": 1, "train_last": 1, "init_pool": 1})
    assert project.jobs() == add(run, {"finish_run": 1}, DRAWN)


def test_another_round_adds_its_jobs_alone(project):
    project.configure(sweeps__tiny__rounds=3)
    assert project.jobs() == add(RANDOM, MIXED, {"train_last": 2, "finish_run": 2}, DRAWN)


def test_one_round_less_draws_again_and_trains_nothing(project):
    project.configure(sweeps__tiny__rounds=1)
    jobs = project.jobs("results/sweeps/tiny/tables/summary.md")
    assert jobs == {"finish_run": 2, "collect_metrics": 1, "tabulate": 1}


def test_a_scenario_of_three_lines_of_yaml(project):
    project.configure(
        **{
            "scenarios__mostly clusters".replace(" ", "-"): {
                "steps": [{"strategy": "cluster", "share": 5}, "random"]
            }
        }
    )
    project.configure(sweeps__tiny__scenarios=["mostly-clusters"])
    jobs = project.jobs()
    assert jobs["cluster"] == jobs["select_random"] == 2
    assert jobs["train"] == jobs["train_last"] == 1


@pytest.mark.parametrize(
    "file", ["cbal/learning/training.py", "train.py", "cbal/strategies/cluster.py"]
)
def test_a_comment_reruns_nothing(project, file):
    path = project.path / "workflow/scripts" / file
    path.write_text(path.read_text() + "\n# a comment\n")
    assert project.jobs() == {}


def test_the_style_of_figures_reruns_figures_alone(project):
    project.edit(
        "workflow/scripts/cbal/results/figures/style.py", "font_scale=1.1", "font_scale=1.2"
    )
    figures = {"plot_accuracy": 1, "plot_clusters": 1, "plot_forest": 1, "plot_gallery": 1}
    assert project.jobs() == {**figures, "all": 1}


def test_training_code_reruns_training_and_what_follows(project):
    project.edit("workflow/scripts/cbal/learning/training.py", "dampening=0", "dampening=0.0")
    jobs = project.jobs()
    again = {"train": 2, "train_last": 2, "train_supervised": 1, "finish_run": 3}
    # `random` uses no model, so its pools do not change.
    assert jobs == add(again, MIXED, DRAWN, {"plot_gallery": 1})


def test_a_training_setting_reruns_training_of_its_data_set(project):
    project.configure(datasets__tiny__training__epochs=2)
    assert project.jobs()["train_supervised"] == 1
    project.configure(datasets__tiny__training__epochs=1, datasets__digits__training__epochs=2)
    assert project.jobs() == {}


def test_the_oracle_s_threshold_reruns_from_the_first_annotation(project):
    project.configure(oracle__purity=0.7)
    jobs = project.jobs()
    assert jobs["annotate"] == 6
    assert jobs["update_pool"] == jobs["train"] + jobs["train_last"] == 4
    for name in ("prepare_data", "init_pool", "extract_untrained", "train_supervised"):
        assert name not in jobs


def test_deleted_metrics_retrain_no_round_before(project):
    run = project.path / "results/tiny/uncertain+cluster/seed-0"
    (run / "round-2/metrics.parquet").unlink()
    assert project.jobs() == {}  # the run's own file has them
    (run / "run.parquet").unlink()
    assert project.jobs() == add({"train_last": 1, "finish_run": 1}, DRAWN)
    other = project.path / "results/tiny/random/seed-0"
    (other / "round-1/metrics.parquet").unlink()
    (other / "run.parquet").unlink()
    assert project.jobs() == add({"train_last": 1, "train": 1, "finish_run": 2}, DRAWN)


def test_deleted_metrics_in_the_middle_rerun_that_round_and_what_follows_from_it(project):
    run = project.path / "results/tiny/uncertain+cluster/seed-0"
    (run / "round-1/metrics.parquet").unlink()
    (run / "run.parquet").unlink()
    follows = add(MIXED, {"train": 1, "train_last": 1, "plot_gallery": 1, "finish_run": 1})
    assert project.jobs() == add(follows, DRAWN)


def test_a_new_comment_or_line_in_the_config_reruns_nothing(project):
    path = project.path / "config.yaml"
    path.write_text("# a comment\n" + path.read_text())
    assert project.jobs() == {}


def test_another_sweep_of_the_same_runs_draws_for_itself_alone(project):
    project.configure(
        sweeps__half={"datasets": ["tiny"], "scenarios": ["random"]} | {"seeds": [0], "rounds": 2}
    )
    before = project.results()
    table = "results/sweeps/half/tables/summary.md"
    jobs = project.jobs(table, "--config", "sweep=half")
    assert jobs == {"collect_metrics": 1, "tabulate": 1}
    project.run(table, "--config", "sweep=half")
    assert "uncertain+cluster" not in (project.path / table).read_text()
    after = project.results()
    assert {name: after[name] for name in before} == before
    assert {name.rpartition("/half/")[0] for name in after.keys() - before.keys()} == {
        "results/sweeps"
    }
    assert project.jobs() == {}


def test_without_the_sweep_s_folder_it_is_collected_and_drawn_again_alone(project):
    shutil.rmtree(project.path / "results/sweeps")
    assert project.jobs() == {**DRAWN, "plot_gallery": 1}


def test_partial_draws_what_is_there_and_runs_nothing_else(project):
    (project.path / "results/tiny/uncertain+cluster/seed-0/round-2/metrics.parquet").unlink()
    drawn = {**DRAWN, "collect_partial": 1}
    del drawn["all"], drawn["collect_metrics"]
    assert project.jobs("partial") == {**drawn, "partial": 1}
    project.run("partial")
    assert project.jobs("partial") == {}
    assert (
        "uncertain+cluster"
        in (project.path / "results/sweeps/tiny/partial/tables/summary.md").read_text()
    )
    (project.path / "results/tiny/random/seed-0/round-2/metrics.parquet").unlink()
    assert project.jobs("partial") == {**drawn, "partial": 1}


def test_another_cost_model_or_budget_draws_again_and_trains_nothing(project):
    project.configure(seconds={"image": 1}, sweeps__tiny__budget="hours")
    assert project.jobs() == DRAWN


def test_another_oracle_of_a_scenario_asks_again_there_alone(project):
    project.configure(scenarios__random__oracle={"error_rate": 0.1})
    jobs = project.jobs("results/sweeps/tiny/metrics.parquet")
    assert jobs["annotate"] == jobs["select_random"] + 1 == jobs["update_pool"] == 2
    assert "cluster" not in jobs


def test_only_evaluation_oracle_and_baseline_read_the_truth(fresh):
    result = fresh.snakemake("-n", "--forceall")
    readers, rule = set(), None
    for line in (result.stdout + result.stderr).splitlines():
        line = line.strip()  # members of groups are indented
        if line.startswith(("rule ", "localrule ")):
            rule = line.split()[1].rstrip(":")
        if line.startswith("input:") and "truth.parquet" in line:
            readers.add(rule)
    assert readers == {"annotate", "train", "train_last", "train_supervised"}
    scripts = fresh.path / "workflow/scripts"
    with_truth = {p.name for p in scripts.glob("*.py") if "truth" in p.read_text()}
    # The calibration is supervised, like the baseline.
    trains = {"train.py", "train_head.py"}
    assert with_truth == {"prepare_data.py", "annotate.py", "carve_validation.py", *trains}
