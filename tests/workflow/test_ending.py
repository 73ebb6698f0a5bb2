"""A real Snakemake that is told to end while a job waits for a person."""

import time

from cbal.labeling.web.lifetime import Home
from tests.ports import own_port
from tests.project import checkout
from tests.workflow.by_hand import running, screen_of

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
    with running(project, answers, cores=1, forked=False) as run:
        deadline = time.monotonic() + 300
        while not home.address:
            assert run.poll() is None, screen_of(project).read_text()
            assert time.monotonic() < deadline, screen_of(project).read_text()
            time.sleep(0.2)
        run.terminate()  # Snakemake alone, as systemd or a batch system does
        assert run.wait(timeout=120) == 1, screen_of(project).read_text()
    said = screen_of(project).read_text()
    assert "every answer is kept for its next start" in said
    assert "question" in said  # the address was told
    assert not (project.path / answers).exists()
    assert not list((project.path / ".snakemake/locks").glob("*"))
    assert project.jobs(answers, "--rerun-incomplete") == {"annotate_by_hand": 1}
