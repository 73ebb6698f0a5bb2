"""The cost model, from a person's answers to settings, and hours in figures and tables."""

import pytest
import yaml

import annotate
import collect_metrics
import finish_run
import fit_costs
import plot_accuracy
import tabulate_metrics
from cbal.errors import InputError
from cbal.storage.files import read_table
from orchestration.planning.settings import read_schema
from tests.cli.stages import CLUSTER, ENTROPY, Run


class Costly(Run):
    """A run whose oracle takes a second an image, two a cluster, and nothing for the rest."""

    def annotate(self, keys, asked, answered, earlier):
        truth = ["--truth", f"{self.data}/truth.parquet", "--query", str(asked)]
        costs = ["--costs", "1,2,0,0,2"]
        annotate.main([*keys, *truth, "--purity", "0.8", *costs, "--out", str(answered)])


@pytest.fixture
def run(prepared, tmp_path):
    """A run in the places where the workflow has it, after two rounds, with its metrics."""
    run = Costly(prepared, tmp_path / "tiny/s/seed-0")
    for round in (1, 2):
        out = run.round(round, ENTROPY, CLUSTER)
        run.train(round)
        (run.folder / f"train-{round}/metrics.parquet").rename(out / "metrics.parquet")
        for step in (1, 2):
            (out / str(step)).rename(out / f"step-{step}-x")
    return run


def test_hours_from_the_answers_to_the_figure(run, tmp_path):
    files = [
        [f"{f}" for f in sorted(run.folder.glob(f"round-*/{n}.parquet"))]
        for n in ("metrics", "step-*/annotations")
    ]
    finish_run.main(
        [*run.keys(1)[:6], "--metrics", *files[0], "--annotations", *files[1]]
        + ["--settings", "{}", "--out", f"{run.folder}/run.parquet"]
    )
    finished = read_table(run.folder / "run.parquet").to_pylist()
    for row in finished:
        clusters = row["interactions_cluster"]
        assert row["hours"] == pytest.approx((row["interactions_individual"] + 2 * clusters) / 3600)
    out = {}
    for name in ("run.parquet", "."):
        collect_metrics.main(
            ["--runs", f"{run.folder}/{name}", "--rounds", "2", "--costs", "3600,0,0,0,0"]
            + ["--out", f"{tmp_path}/metrics.parquet"]
        )
        out[name] = read_table(tmp_path / "metrics.parquet")
    assert out["."].equals(out["run.parquet"])
    assert out["."]["hours"].to_pylist() == [6, 12]
    hours = ["--metrics", f"{tmp_path}/metrics.parquet", "--budget", "hours"]
    plot_accuracy.main([*hours, "--out", f"{tmp_path}/a.png"])
    tabulate_metrics.main([*hours, "--markdown", f"{tmp_path}/t.md", "--csv", f"{tmp_path}/t.csv"])
    assert "6.00 to 12.00 hours" in (tmp_path / "t.md").read_text()


def test_a_fit_is_settings(run, tmp_path, capsys):
    for path in run.folder.glob("round-*/step-*/annotations.parquet"):
        assert read_table(path)["seconds"].null_count == 0
    fit_costs.main(["--folders", f"{tmp_path}/tiny", "--out", f"{tmp_path}/cost.yaml"])
    text = (tmp_path / "cost.yaml").read_text()
    assert capsys.readouterr().out == text
    fitted = yaml.safe_load(text)["seconds"]
    assert fitted["image"] == pytest.approx(1)
    assert fitted.keys() == read_schema()["properties"]["seconds"]["properties"].keys()


def test_a_fit_without_answers(tmp_path):
    with pytest.raises(InputError, match="label some, then try again"):
        fit_costs.main(["--folders", f"{tmp_path}/none", "--out", f"{tmp_path}/cost.yaml"])
