"""A real Snakemake that is told to end while a job waits for a person."""

import os
import signal
import subprocess
import time

from cbal.labeling.web.lifetime import Home
from tests.ports import own_port
from tests.project import checkout

STEP = "cluster/seed-0/round-1/step-1-cluster"


def test_sigterm_ends_a_run_that_waits_and_the_next_one_goes_on(tmp_path):
    project = checkout(tmp_path / "project")
    sweep = {"datasets": ["mine"], "scenarios": ["cluster"], "seeds": [0], "rounds": 1}
    project.configure(sweep="mine", sweeps__mine=sweep, labeling={"port": own_port()})
    project.configure(datasets__mine={"source": "digits", "annotator": "human", "subset": 20})
    project.configure(datasets__mine__model="convnet", datasets__mine__interactions=2)
    project.configure(datasets__mine__training={"epochs": 1, "learning_rate": 0.05})
    answers = f"results/mine/{STEP}/annotations.parquet"
    home = Home(project.path / "results/mine/labeling")
    screen = tmp_path / "screen"
    with screen.open("w") as file:
        run = subprocess.Popen(
            ["snakemake", answers, "--cores", "1"],
            cwd=project.path,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 300
        while not home.address:
            assert run.poll() is None, screen.read_text()
            assert time.monotonic() < deadline, screen.read_text()
            time.sleep(0.2)
        run.terminate()  # Snakemake alone, as systemd or a batch system does
        assert run.wait(timeout=120) == 1, screen.read_text()
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
    assert "every answer is kept for its next start" in screen.read_text()
    assert "question" in screen.read_text()  # the address was told
    assert not (project.path / answers).exists()
    assert not list((project.path / ".snakemake/locks").glob("*"))
    assert project.jobs(answers, "--rerun-incomplete") == {"annotate_by_hand": 1}
