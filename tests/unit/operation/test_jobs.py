from types import SimpleNamespace

import pytest

from orchestration.operation import jobs


class Keys(dict):
    """Wildcards or outputs as Snakemake has them: by attribute, and by `get`."""

    __getattr__ = dict.__getitem__


class Job(SimpleNamespace):
    """A job with the attributes that are used."""

    def is_group(self):
        return hasattr(self, "jobs")


class Files(list):
    """Outputs, some by name."""

    metrics = property(lambda self: self[0])


def job(rule, wildcards, inputs=(), outputs=("out",), local=False):
    return Job(
        rule=SimpleNamespace(name=rule),
        wildcards=Keys(wildcards),
        input=list(inputs),
        output=Files(outputs),
        log=["log"],
        benchmark="times" if rule == "timed" else None,
        is_local=local,
        threads=1,
        resources={"gpu": 1},
    )


class Dag:
    """A DAG in which all jobs must run, some of them as one group."""

    def __init__(self, *members, grouped=()):
        self.members, self.group = members, Job(jobs=grouped, threads=8, resources={"gpu": 2})

    def needrun_jobs(self):
        return iter(self.members)

    def get_job_group(self, member):
        return self.group if member in self.group.jobs else None

    def jobid(self, member):
        return self.members.index(member)


KEYS = {"dataset": "d", "scenario": "s", "seed": "0", "round": "1"}


def test_rounds_are_finished_by_the_jobs_that_train():
    baseline = job("train_supervised", {"dataset": "d", "seed": "0"}, outputs=["b"])
    dag = Dag(job("annotate", KEYS), job("train", KEYS, outputs=["m", "t"]), baseline)
    assert jobs.rounds_to_train(dag) == {1: (("d", "s"), "m"), 2: (("d", "supervised"), "b")}


def test_a_job_is_called_by_its_rule_and_by_whose_files_it_makes():
    steps = {"dataset": "d", "scenario": "s", "seed": "0", "round": "2", "step": "1-entropy"}
    dag = SimpleNamespace(
        jobs=[job("query", steps), job("fetch", {}), job("tabulate", {"part": ""})],
        jobid=lambda member: member.rule.name,
    )
    assert jobs.names_of_jobs(dag) == {
        "query": "rule query (d, s, seed 0, round 2, step 1-entropy)",
        "fetch": "rule fetch",
        "tabulate": "rule tabulate",
    }


def test_folders_to_take_away_are_those_that_no_job_reads():
    fetch = job("fetch_data", {}, outputs=["data/downloads/x"])
    assert jobs.folders_to_take_away(Dag(fetch)) == []
    links = job("link_classes", {}, outputs=["results/d/s/seed-0/class-folders"])
    images = job("export_image_folder", {}, outputs=["results/d/s/seed-0/image-folder"])
    assert jobs.folders_to_take_away(Dag(fetch, links, images)) == [
        "results/d/s/seed-0/class-folders",
        "results/d/s/seed-0/image-folder",
    ]


def test_there_is_one_submission_of_each_kind():
    query, train = job("query", KEYS), job("train", KEYS)
    more = [job("prepare", {"dataset": d}) for d in ("d", "e", "d")]
    checkpoint = job("collect", {}, local=True)
    found = jobs.submissions(Dag(query, train, *more, checkpoint, grouped=[query, train]))
    assert [(name, threads) for name, threads, _ in found] == [
        ("prepare", 1),
        ("prepare", 1),
        ("query + train", 8),
    ]


def test_inputs_that_a_job_to_run_makes_are_not_there_yet():
    first = job("a", {}, inputs=["given", "both"], outputs=["made"])
    second = job("b", {}, inputs=["made", "both", "other"], outputs=["end"])
    assert list(jobs.inputs_there(Dag(second, first))) == ["both", "other", "given"]


def test_files_to_write_are_outputs_logs_and_benchmarks():
    dag = Dag(job("a", {}, outputs=["x", "y"]), job("timed", {}))
    assert list(jobs.files_to_write(dag)) == ["x", "y", "log", "out", "log", "times"]


@pytest.mark.parametrize(
    ("there", "needed", "known", "written"),
    [
        (True, False, False, ["out"]),
        (True, True, False, []),  # it will run
        (False, False, False, []),  # gone, as temporary files go
        (True, False, True, []),
    ],
)
def test_records_are_written_of_whole_outputs_without_one(
    tmp_path, monkeypatch, there, needed, known, written
):
    monkeypatch.chdir(tmp_path)
    if there:
        (tmp_path / "out").touch()
    recorded = []
    persistence = SimpleNamespace(
        has_metadata=lambda job: known, finished=lambda job: recorded.extend(job.output)
    )
    dag = SimpleNamespace(jobs=[job("a", {})], needrun=lambda job: needed)
    workflow = SimpleNamespace(dag=dag, persistence=persistence, async_run=lambda done: None)
    jobs.record_finished(workflow)
    assert recorded == written
