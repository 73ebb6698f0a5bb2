"""The scripts that download, and those that draw figures."""

import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from torchvision import models as tv

import collect_metrics
import fetch_data
import fetch_weights
import plot_accuracy
import plot_clusters
import plot_forest
import plot_gallery
import prepare_data
import tabulate_metrics
from cbal.errors import InputError
from cbal.models.model import read_safetensors
from cbal.storage.files import write_table
from tests.cli.stages import CLUSTER, ENTROPY, Run
from tests.conftest import ROOT, write_class_folders

PLOTS = {"accuracy": plot_accuracy, "clusters": plot_clusters, "forest": plot_forest}


def test_a_download_appears_when_it_is_whole(monkeypatch, tmp_path):
    def download(root, download):
        assert download
        (tmp_path / "cifar10.part").joinpath("data").write_text("x")

    monkeypatch.setattr("torchvision.datasets.CIFAR10", download)
    fetch_data.main(["--source", "cifar10", "--out", f"{tmp_path}/cifar10"])
    assert [p.name for p in tmp_path.iterdir()] == ["cifar10"]
    assert (tmp_path / "cifar10" / "data").read_text() == "x"


@pytest.mark.parametrize("source", ["cifar10", "eurosat"])
def test_without_a_network_it_says_what_to_do(monkeypatch, tmp_path, source):
    def refuse(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setattr("torchvision.datasets.utils.urllib.request.urlopen", refuse)
    with pytest.raises(InputError, match=f"{source}: cannot be downloaded .*set `path:`"):
        fetch_data.main(["--source", source, "--out", f"{tmp_path}/x"])
    assert not (tmp_path / "x").exists()


def test_weights_are_kept_without_their_head(tmp_path):
    torch.save(tv.resnet18(weights=None).state_dict(), tmp_path / "w.pth")
    arguments = ["--architecture", "resnet18", "--weights", f"{tmp_path}/w.pth"]
    fetch_weights.main([*arguments, "--out", f"{tmp_path}/w.safetensors"])
    state, metadata = read_safetensors(tmp_path / "w.safetensors")
    assert len(state) == 100  # 20 convolutions, and 20 x 4 of batch normalisation
    assert metadata == {"architecture": "resnet18", "module": "torchvision.models.resnet"}
    fetch_weights.main([*arguments, "--check"])


def test_an_error_is_one_line_and_exit_code_one():
    script = ROOT / "workflow/scripts/fetch_weights.py"
    command = [sys.executable, script, "--architecture", "resnet99", "--weights", "x", "--check"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("error: architecture 'resnet99'")


def test_from_metrics_to_figures_and_tables(prepared, tmp_path):
    run = Run(prepared, tmp_path)
    for round in (1, 2):
        run.round(round, ENTROPY, CLUSTER)
        run.train(round)
        folder = tmp_path / "results" / "tiny" / "s" / "seed-0" / f"round-{round}"
        folder.mkdir(parents=True)
        (tmp_path / f"train-{round}/metrics.parquet").rename(folder / "metrics.parquet")
    metrics = f"{tmp_path}/metrics.parquet"
    collect_metrics.main(
        ["--runs", f"{tmp_path}/results/tiny/s/seed-0", "--rounds", "2"]
        + ["--titles", '{"tiny": "Tiny"}', "--out", metrics]
    )
    assert pq.read_table(metrics)["round"].to_pylist() == [1, 2]

    for name, script in PLOTS.items():
        script.main(["--metrics", metrics, "--out", f"{tmp_path}/{name}.png"])
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    tables = ["--markdown", f"{tmp_path}/t.md", "--csv", f"{tmp_path}/t.csv"]
    tabulate_metrics.main(["--metrics", metrics, *tables])
    assert "## Tiny" in (tmp_path / "t.md").read_text()
    step = tmp_path / "round-1" / "2"
    plot_gallery.main(
        ["--query", f"{step}/query.parquet", "--annotations", f"{step}/annotations.parquet"]
        + ["--index", f"{prepared}/index.parquet", "--images", f"{prepared}/images.npy"]
        + ["--title", "Tiny", "--out", f"{tmp_path}/g.pdf"]
    )
    assert (tmp_path / "g.pdf").read_bytes().startswith(b"%PDF")


def test_a_test_image_in_the_pool_is_a_warning_in_the_log_and_the_summary(tmp_path, capsys):
    root = tmp_path / "images"
    for split, n in (("train", 6), ("test", 3)):
        write_class_folders(root / split, {"a": n, "b": n})  # the same seed, the same images
    out = [f"--{name}={tmp_path}/{name}.parquet" for name in ("index", "truth")]
    prepare_data.main(
        ["--dataset", "tiny", "--source", "folder", "--path", str(root), *out]
        + ["--images", f"{tmp_path}/images.npy"]
    )
    assert "warning: 3 images are in both train and test" in capsys.readouterr().err

    run = [{"dataset": "tiny", "scenario": "s", "seed": 0, "round": r} for r in (1, 2)]
    numbers = {"interactions": 6, "test_accuracy": 0.5, "images": 12}
    rows = pa.Table.from_pylist([{**keys, **numbers} for keys in run])
    write_table(tmp_path / "metrics.parquet", rows, titles={"tiny": "Tiny"})
    tabulate_metrics.main(
        ["--metrics", f"{tmp_path}/metrics.parquet", "--csv", f"{tmp_path}/t.csv"]
        + ["--markdown", f"{tmp_path}/t.md"]
        + ["--indexes", f"{tmp_path}/index.parquet", f"{tmp_path}/not-there.parquet"]
    )
    text = (tmp_path / "t.md").read_text()
    assert "## Warnings" in text
    assert "- Tiny: 3 images are in both train and test: exact duplicates" in text
