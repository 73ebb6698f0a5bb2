"""The scripts that write the labels that a person gave, and those of all files."""

import numpy as np
import pyarrow as pa
import pytest

import gather_given
import labels_so_far
import link_classes
import write_labels
from cbal.errors import InputError
from cbal.models.model import load_model, save_model
from cbal.pool.metrics import METRICS
from cbal.storage.files import metadata_of, read_table, write_table
from tests.cli.by_hand import ByHand


def labels_of_run(run, out, *more):
    """Write the labels of everything after two rounds; return them."""
    annotations = sorted(str(path) for path in run.folder.glob("round-*/*/annotations.parquet"))
    gather_given.main(
        [*run.keys(2)[:6], "--index", run.file("index"), "--journal", f"{run.folder}/labeling"]
        + ["--annotations", *annotations, "--out", f"{out}/given.parquet"]
    )
    write_labels.main(
        [*run.keys(2), "--given", f"{out}/given.parquet"]
        + ["--pool", str(run.pool), "--images", f"{run.data}/images.npy"]
        + ["--model", str(run.model), "--out", f"{out}/labels.parquet"]
        + ["--csv", f"{out}/labels.csv", *more]
    )
    return read_table(out / "labels.parquet")


def test_labels_of_everything(runs, tmp_path, image_folder):
    run = runs[ByHand]
    table = labels_of_run(run, tmp_path)
    assert table["file"].to_pylist() == read_table(run.file("index"))["source"].to_pylist()
    assert table["label"].null_count == 0
    pool = read_table(run.pool)
    kinds = table["kind"].to_pylist()
    assert kinds[:48] == [kind or "model" for kind in pool["label_kind"].to_pylist()]
    assert kinds[48:] == ["model"] * 12
    confidence = np.array(table["confidence"].to_pylist(), float)
    assert np.isnan(confidence[np.array(kinds) == "individual"]).all()
    assert (confidence[np.array(kinds) == "model"] >= 1 / 3).all()
    assert len((tmp_path / "labels.csv").read_text().splitlines()) == 61
    words = ["--labels", f"{tmp_path}/labels.parquet", "--out", f"{tmp_path}/classes"]
    link_classes.main([*words, "--originals", str(image_folder)])
    links = [path for path in (tmp_path / "classes").rglob("*.png") if path.is_symlink()]
    assert len(links) == 60
    assert all(link.exists() for link in links)
    with pytest.raises(InputError, match="only images of a `folder` are files"):
        link_classes.main(words)


@pytest.mark.parametrize(
    ("last", "final", "used"),
    [
        (0.5, 0.75, "final training"),
        (0.75, 0.75, "last round"),
        (0.75, 0.5, "last round"),
        (None, None, "last round"),
    ],
)
def test_the_better_of_two_models_predicts(runs, tmp_path, capsys, last, final, used):
    """The final training's model says that everything is of the first class."""
    run = runs[ByHand]
    network, spec = load_model(run.model)
    for parameter in list(network.parameters())[-2:]:
        parameter.data.zero_()
    list(network.parameters())[-1].data[0] = 9
    save_model(tmp_path / "final", network, spec)
    for name, accuracy in (("last", last), ("best", final)):
        rows = [] if accuracy is None else [{"test_accuracy": accuracy}]
        write_table(tmp_path / name, pa.Table.from_pylist(rows, METRICS))
    words = ["--metrics", f"{tmp_path}/last", "--final-metrics", f"{tmp_path}/best"]
    table = labels_of_run(run, tmp_path, *words, "--final", f"{tmp_path}/final")
    told = metadata_of(table)
    assert told["predicted_by"] == used
    assert told["validation_accuracy_last_round"] == last
    assert told["validation_accuracy_final_training"] == final
    said = capsys.readouterr().err
    assert f"predicted by the model of the {used}" in said
    shown = ["unknown" if each is None else f"{each:.4f}" for each in (last, final)]
    assert f"{shown[0]} after the last round, {shown[1]} after the final training" in said
    predicted = [row["label"] for row in table.to_pylist() if row["kind"] == "model"]
    as_before = [row["label"] for row in labels_of_run(run, tmp_path).to_pylist()]
    all_first = set(predicted) == {told["classes"][0]}
    assert all_first == (used == "final training")
    assert ([row["label"] for row in table.to_pylist()] == as_before) == (used == "last round")


def test_labels_so_far_are_the_journal_s_and_need_no_model(runs, tmp_path):
    run = runs[ByHand]
    words = [*run.keys(2)[:6], "--index", run.file("index"), "--out", f"{tmp_path}/labels.parquet"]
    words += ["--csv", f"{tmp_path}/labels.csv"]
    labels_so_far.main([*words, "--journal", f"{run.folder}/labeling"])
    table = read_table(tmp_path / "labels.parquet").to_pylist()
    pool = read_table(run.pool).to_pylist()
    assert len(table) == 60
    for row, last in zip(table, pool):
        if last["label"] is not None:
            assert (row["kind"], row["round"]) == (last["label_kind"], last["labeled_round"])
    assert {row["kind"] for row in table} <= {"individual", "cluster", "refused", None}
    with pytest.raises(InputError, match="no such file, so nobody labeled data set"):
        labels_so_far.main([*words, "--journal", f"{tmp_path}/nothing"])
    assert not (tmp_path / "nothing").exists()


def test_labels_without_the_journal_s_answers_are_refused(runs, tmp_path):
    run = runs[ByHand]
    words = [*run.keys(2)[:6], "--index", run.file("index"), "--journal", f"{tmp_path}/other"]
    words += ["--annotations", f"{run.folder}/round-1/1/annotations.parquet"]
    with pytest.raises(InputError, match="are not in the journal; put back a copy"):
        gather_given.main([*words, "--out", f"{tmp_path}/given.parquet"])


def test_answers_about_other_files_are_no_labels_of_these(runs, tmp_path):
    run = runs[ByHand]
    index = read_table(run.file("index"))
    names = index["source"].to_pylist()
    index = index.set_column(2, "source", [[names[1], names[0], *names[2:]]])
    write_table(tmp_path / "index", index, classes=[])
    words = [*run.keys(2)[:6], "--index", f"{tmp_path}/index", "--out", f"{tmp_path}/out"]
    words += ["--journal", f"{run.folder}/labeling", "--annotations"]
    words += [f"{run.folder}/round-1/1/annotations.parquet"]
    with pytest.raises(InputError, match="are about other files than .*index names"):
        gather_given.main(words)
