"""Drills on a real Slurm: each disturbs a sweep, resumes it, and says what happened."""

import re
import signal
import time

from tests.faults.bench import SCENARIO, TARGET, Bench, interrupt, stages, wait_for
from tests.project import Project
from tests.slurm.cluster import NODE


def cancelled(bench: Bench) -> str:
    """`scancel` of a running round: the round is tried again, and the sweep goes on."""
    project = bench.project()
    with bench.running(project) as process:
        wait_for(lambda: stages(project, "train"), "a training job")
        bench.cluster.ask("scancel", running_round(bench))
        assert process.wait(300) == 0, screen(project)
    return _retried(bench, project, "it was cancelled")


def out_of_memory(bench: Bench) -> str:
    """A round over its memory: Slurm ends it, the next attempt asks for more."""
    project = bench.project()
    little = "attempt * attempt * 300"
    rules = ("extract_features", "cluster", "train", "train_last")
    result = bench.run(
        project,
        *("--default-resources", f"mem_mb={little}", "slurm_partition=gpu", "runtime=5"),
        *("--set-resources", *(f"{rule}:mem_mb={little}" for rule in rules)),
    )
    assert result.returncode == 0, result.stdout
    (project.path / "screen.log").write_text(result.stdout)
    return _retried(bench, project, "it needed more memory than it asked for")


def out_of_time(bench: Bench) -> str:
    """A round over its run time (its job is stopped with SIGSTOP): it fails, with the reason."""
    project = bench.project()
    # A group's time is its members' sum.
    minute = ["cluster:runtime=0", "train:runtime=1"]
    resources = ("--set-resources", *minute, "--default-resources", "runtime=0", "mem_mb=2000")
    with bench.running(project, *resources, "slurm_partition=gpu", "--retries", "0") as process:
        (stage, *_) = wait_for(lambda: stages(project, "train"), "a training job")
        stage.process.send_signal(signal.SIGSTOP)
        assert process.wait(400) == 1, screen(project)
    assert "it took longer than it asked for" in screen(project)
    bench.resume(project)
    return "failed with the reason, then resumed"


def node_lost(bench: Bench) -> str:
    """The node goes down under a running round and comes back: it is tried again."""
    project = bench.project()
    with bench.running(project) as process:
        wait_for(lambda: stages(project, "train"), "a training job")
        node = ("scontrol", "update", f"nodename={NODE}")
        bench.cluster.ask(*node, "state=down", "reason=drill")
        time.sleep(5)
        bench.cluster.ask(*node, "state=resume")
        assert process.wait(300) == 0, screen(project)
    return _retried(bench, project, "its node failed")


def main_killed(bench: Bench) -> str:
    """SIGKILL of Snakemake while its Slurm jobs run on: the next one ends them first."""
    project = bench.project()
    with bench.running(project) as process:
        wait_for(lambda: stages(project, "train"), "a training job")
        # Stopped, so that it cannot finish before the restart.
        for stage in stages(project):
            stage.process.send_signal(signal.SIGSTOP)
        process.kill()
    old = running_round(bench)
    output = bench.resume(project)
    assert "Ended 1 Slurm job that an earlier run left running here." in output, output
    states = {job["id"]: job["state"] for job in bench.cluster.jobs()}
    assert states[old] in ("CANCELLED", "FAILED"), states[old]
    return f"job {old} of the dead run ended, then the sweep went on"


def main_killed_jobs_finish(bench: Bench) -> str:
    """SIGKILL of Snakemake, and its Slurm jobs finish before the restart: their work counts."""
    project = bench.project()
    with bench.running(project) as process:
        wait_for(lambda: stages(project, "train"), "a training job")
        process.kill()
    wait_for(lambda: not bench.cluster.jobs("running,pending"), "an empty queue")
    assert (project.path / f"results/small/{SCENARIO}/seed-0/round-1/metrics.parquet").exists()
    output = bench.resume(project)
    assert output.count("rule annotate:") == 2, output  # of the second round; four in all
    # Their parameters are recorded, so that a changed one runs them again.
    project.configure(oracle__purity=0.9)
    again = project.jobs(TARGET)
    assert again["annotate"] == 4, again
    return "their files were taken, and put on record; only the training was repeated"


def interrupted(bench: Bench) -> str:
    """Ctrl-C: its Slurm jobs are cancelled at once; Snakemake ends with its next look at Slurm."""
    project = bench.project()
    with bench.running(project) as process:
        wait_for(lambda: stages(project, "train"), "a training job")
        interrupt(process)
        wait_for(lambda: not bench.cluster.jobs("running,pending"), "an empty queue", 60)
        assert process.wait(200) != 0
    bench.resume(project)
    return "all jobs cancelled"


def running_round(bench: Bench) -> str:
    """Return the id of the Slurm job that runs a round."""
    (job,) = (job["id"] for job in bench.cluster.jobs("running") if "round_" in job["comment"])
    return job


def screen(project: Project) -> str:
    """Return what Snakemake printed."""
    return (project.path / "screen.log").read_text()


def _retried(bench: Bench, project: Project, why: str) -> str:
    """Check that the reason stands in one line, and that the finished sweep is the undisturbed."""
    output = screen(project)
    found = re.findall(rf"^group (\S+) failed: ({why}.*) \(log", output, re.M)
    assert found, output
    assert "Trying to restart job" in output
    bench.resume(project)
    return f"{found[0][0]}: {found[0][1]}; tried again"
