"""Each script's command line on a tiny pool."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

import init_pool
import plot_take_away
import prepare_data
import tabulate_take_away
import train
from cbal.errors import InputError
from cbal.storage.files import metadata_of, read_table, write_table
from tests.cli.stages import CLUSTER, ENTROPY, RANDOM, Run
from tests.conftest import write_class_folders


def test_prepared_files_are_those_of_the_contract(prepared):
    index, truth = (read_table(prepared / f"{name}.parquet") for name in ("index", "truth"))
    images = np.load(prepared / "images.npy", mmap_mode="r")
    assert images.shape == (60, 8, 8, 3)
    assert index["split"].to_pylist() == ["train"] * 48 + ["test"] * 12
    assert index["sample_id"].to_pylist() == truth["sample_id"].to_pylist() == list(range(60))
    assert truth.schema.field("label").type == "int16"
    metadata = {
        "dataset": "tiny",
        "classes": ["bright", "dark", "medium"],
        "published_splits": [],
        "images": {"train": 48, "test": 12, "validation": 0},
    }
    assert metadata_of(truth) == metadata
    assert metadata_of(index) == {
        **metadata,
        "decoding": {"background": "white", "values": None, "pixels": 250_000_000},
        "left_out": {},
        "findings": {"duplicates": {}, "across": {}, "flat": 0, "warnings": []},
    }
    # The brightness of an image tells its class, so images and truth are in the same order.
    brightness = images.mean((1, 2, 3))
    assert [int(np.digitize(b, [80, 165])) for b in brightness] == [
        {"dark": 0, "medium": 1, "bright": 2}[["bright", "dark", "medium"][label]]
        for label in truth["label"].to_pylist()
    ]


def test_two_rounds_of_uncertain_and_cluster(run):
    out = run.round(1, ENTROPY, CLUSTER)
    first = run.train(1)
    assert len(first) == 1
    assert first[0]["interactions_individual"] == 6
    assert 1 <= first[0]["interactions_cluster"] <= 6
    assert first[0]["images"] == 48
    step = read_table(out / "2/query.parquet")
    assert metadata_of(step) == {
        "dataset": "tiny",
        "scenario": "s",
        "seed": 0,
        "round": 1,
        "step": "2-x",
    }
    alone = set(read_table(out / "1/query.parquet")["sample_id"].to_pylist())
    assert len(alone) == 6
    assert not alone & set(step["sample_id"].to_pylist())

    run.round(2, ENTROPY, CLUSTER)
    features = read_table(run.folder / "features-2.parquet")
    assert len(features) == 42  # the unlabeled pool at the start of round 2
    probability = np.array(features["probability"].to_pylist())
    np.testing.assert_allclose(probability.sum(1), 1, rtol=1e-5)
    second = run.train(2)[0]
    assert second["interactions_individual"] == 12
    assert second["images_individual"] == 12
    assert 0 <= second["test_accuracy"] <= 1
    timing = pq.read_table(run.folder / "train-2/timing.parquet").to_pylist()
    assert [row["stage"] for row in timing] == ["training", "evaluation"]
    assert all(row["seconds"] > 0 and row["images_per_second"] > 0 for row in timing)


def test_round_one_draws_the_same_random_samples_for_every_scenario(run, prepared, tmp_path):
    uncertain = run.round(1, ENTROPY, n=4) / "1/query.parquet"
    other = Run(prepared, tmp_path / "other")
    mixed = other.round(1, CLUSTER, ENTROPY, n=4) / "2/query.parquet"
    random = Run(prepared, tmp_path / "random").round(1, RANDOM, n=4) / "1/query.parquet"
    drawn = [read_table(path)["sample_id"].to_pylist() for path in (uncertain, mixed, random)]
    assert drawn[0] == drawn[1] == drawn[2]


def test_a_scenario_that_exhausts_its_pool_ends_cleanly(run):
    asked = []
    for round in (1, 2, 3, 4):
        out = run.round(round, ENTROPY, n=20)
        asked.append(len(read_table(out / "1/annotations.parquet")))
        metrics = run.train(round)
        assert len(metrics) == (asked[-1] > 0)
    assert asked == [20, 20, 8, 0]


def test_under_keep_a_cluster_label_lasts(prepared, tmp_path):
    run = Run(prepared, tmp_path, "keep")
    labels = []
    for round in (1, 2, 3):
        run.round(round, CLUSTER)
        pool = read_table(run.pool).to_pylist()
        labels.append({r["sample_id"]: r["label"] for r in pool if r["label"] is not None})
        run.train(round)
    assert labels[0].items() <= labels[1].items() <= labels[2].items()


def test_the_supervised_baseline_counts_every_image(run):
    (metrics,) = run.train(0, pool=False)
    assert metrics["interactions"] == metrics["images_individual"] == metrics["images"] == 48
    assert metrics["cluster_accuracy"] is None


def test_a_round_without_any_label_is_evaluated_all_the_same(run):
    run.round(1, CLUSTER, n=1)  # one cluster of everything: refused
    (metrics,) = run.train(1)
    assert metrics["interactions"] == 1
    assert metrics["images_cluster"] == 0


def test_same_seed_same_bytes(prepared, tmp_path):
    for name in ("a", "b"):
        run = Run(prepared, tmp_path / name)
        for round in (1, 2):
            run.round(round, ENTROPY, CLUSTER)
            run.train(round)
    files = [p for p in (tmp_path / "a").rglob("*") if p.is_file() and "timing" not in p.name]
    assert len(files) > 12
    for file in files:
        twin = tmp_path / "b" / file.relative_to(tmp_path / "a")
        assert file.read_bytes() == twin.read_bytes(), file.name


def test_the_labels_to_take_away_are_counted_where_it_is_asked_for(run, tmp_path):
    run.round(1, ENTROPY, CLUSTER)
    (usual,) = run.train(1)
    weights = run.model.read_bytes()
    (row,) = run.train(1, "--take-away")
    assert run.model.read_bytes() == weights
    counted = {name for name, value in row.items() if value != usual[name]}
    assert counted >= {"images_predicted", "right_predicted", "held_out", "right_cluster"}
    assert all(usual[name] is None for name in counted)
    assert row["held_out_right"] == round(row["test_accuracy"] * row["held_out"])
    assert row["images_predicted"] == 48 - row["images_individual"] - row["images_cluster"]
    write_table(tmp_path / "metrics", read_table(run.folder / "train-1/metrics.parquet"))
    files = ["--metrics", f"{tmp_path}/metrics"]
    plot_take_away.main([*files, "--out", f"{tmp_path}/t.png"])
    tabulate_take_away.main(
        [*files, "--markdown", f"{tmp_path}/t.md", "--csv", f"{tmp_path}/t.csv"]
    )
    assert "Covered are given labels" in (tmp_path / "t.md").read_text()


class TestBadInput:
    def test_more_interactions_than_images(self, prepared, tmp_path):
        with pytest.raises(InputError, match="49 interactions a round, but only 48 training"):
            init_pool.main(
                ["--dataset", "tiny", "--scenario", "s", "--seed", "0", "--interactions", "49"]
                + ["--index", f"{prepared}/index.parquet", "--out", f"{tmp_path}/p.parquet"]
            )

    def test_a_truncated_pool_is_named(self, run):
        run.round(1, RANDOM)
        run.pool.write_bytes(run.pool.read_bytes()[:-20])
        with pytest.raises(InputError, match="round-1/pool.parquet: not a whole Parquet file"):
            run.train(1)

    def test_a_loss_that_is_no_number_leaves_no_file(self, run):
        run.round(1, CLUSTER)
        with pytest.raises(InputError, match="learning_rate"):
            run.train(1, "--learning-rate", "1e9", "--epochs", "9")
        assert not (run.folder / "train-1").exists()

    def test_a_gpu_out_of_memory_names_the_setting(self, run, monkeypatch):
        def full(*_):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

        run.round(1, RANDOM)
        monkeypatch.setattr(train, "fit", full)
        with pytest.raises(InputError, match="`training: batch_size:` of tiny smaller than 16"):
            run.train(1)

    def test_one_class(self, tmp_path):
        folder = write_class_folders(tmp_path / "images", {"only": 9})
        with pytest.raises(InputError, match="one class only"):
            prepare_data.main(
                ["--dataset", "d", "--source", "folder", "--path", str(folder)]
                + [w for n in ("index", "truth", "images") for w in (f"--{n}", f"{tmp_path}/{n}")]
            )

    def test_settings_are_json_and_reach_the_strategy(self, run):
        with pytest.raises(InputError, match="nonsense"):
            run.round(1, [*CLUSTER[:-1], json.dumps({"nonsense": 1})])
