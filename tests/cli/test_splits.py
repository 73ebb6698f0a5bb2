"""A run whose annotator splits mixed clusters: the oracle, and a person on the page."""

import pytest

import annotate
import plot_gallery
from cbal.errors import InputError
from cbal.storage.files import metadata_of, read_table
from tests.cli.by_hand import ByHand
from tests.cli.stages import CLUSTER, ENTROPY, Run
from tests.people import Expert

PARTS = 3


class Splits(Run):
    """The oracle splits what it would refuse."""

    def annotate(self, keys, asked, answered, earlier):
        features = f"{self.folder}/features-{keys[keys.index('--round') + 1]}.parquet"
        truth = ["--truth", f"{self.data}/truth.parquet", "--query", str(asked)]
        split = ["--split", str(PARTS), "--features", features, "--purity", "0.8"]
        annotate.main([*keys, *truth, *split, "--out", str(answered)])


class Splitter(Expert):
    parts = PARTS


class SplitsByHand(ByHand):
    expert = Splitter


class Undecided(Splitter):
    """Refuses every cluster of the first step, and takes all of it back during the second."""

    sees = False

    def reply(self, view):
        path, said = super().reply(view)
        if view["kind"] == "cluster" and not self.sees:
            said = {"step": view["step"], "interaction": view["interaction"], "action": "refuse"}
            return "/answer", said
        return path, said

    def post(self, path, **said):
        status, view = super().post(path, **said)
        if view.get("kind") == "individual" and not self.sees:
            self.sees = True
            for _ in self.journal.standing(view["step"] - 1).answers:
                status, view = super().post("/undo", step=view["step"])
        return status, view


class Mended(ByHand):
    expert = Undecided


@pytest.fixture(scope="module")
def runs(prepared, tmp_path_factory):
    """The same two rounds, answered by the oracle and on the page."""
    runs = {}
    for kind in (Splits, SplitsByHand):
        runs[kind] = kind(prepared, tmp_path_factory.mktemp(kind.__name__))
        for round in (1, 2):
            runs[kind].round(round, CLUSTER, ENTROPY, n=2)
            runs[kind].train(round)
    return runs


def test_a_person_who_splits_and_the_oracle_give_the_same_bytes(runs):
    """Pools, queries and models are equal, and annotations but for the seconds."""
    oracle, person = (runs[kind].folder for kind in (Splits, SplitsByHand))
    names = [f"round-{r}/{f}.parquet" for r in (1, 2) for f in ("pool", "1/query", "2/query")]
    names += [f"train-{round}/model.safetensors" for round in (1, 2)]
    for name in names:
        assert (oracle / name).read_bytes() == (person / name).read_bytes(), name
    for round in (1, 2):
        tables = [
            read_table(f"{run}/round-{round}/1/annotations.parquet").drop_columns("seconds")
            for run in (oracle, person)
        ]
        answers = tables[1].drop_columns("annotator")  # an oracle has no name
        assert tables[0].to_pylist() == answers.to_pylist()
        parts = [row for row in tables[0].to_pylist() if row["split_of"] is not None]
        assert any(part["accepted"] for part in parts)  # else this test tells nothing


def test_each_answer_is_an_interaction_of_the_pool(runs):
    run = runs[Splits]
    for round in (1, 2):
        answers = [
            read_table(f"{run.folder}/round-{round}/{step}/annotations.parquet") for step in (1, 2)
        ]
        metadata = metadata_of(read_table(f"{run.folder}/round-{round}/pool.parquet"))
        assert metadata["interactions_round"] == sum(map(len, answers))
    assert metadata["interactions_cluster"] > 2 * 2


def test_clusters_refused_first_and_split_in_the_next_step(prepared, tmp_path):
    run = Mended(prepared, tmp_path)
    out = run.round(1, CLUSTER, ENTROPY, n=2)
    first, second = (read_table(out / f"{i}/annotations.parquet") for i in (1, 2))
    assert not any(first["accepted"].to_pylist())
    assert "split_of" not in first.column_names
    rows = metadata_of(second)["corrections"]["1-x"]
    assert any(row["split_of"] is not None for row in rows)
    right = Splits(prepared, tmp_path / "oracle")
    right.folder.mkdir()
    whole = read_table(right.round(1, CLUSTER, n=2) / "1/annotations.parquet")
    given = [(row["split_of"], row["label"], row["size"]) for row in whole.to_pylist()]
    mended = {row["interaction"]: row for row in first.to_pylist()}
    mended |= {row["interaction"]: row for row in rows}
    found = [
        (row.get("split_of"), row["label"], row["size"]) for row in map(mended.get, sorted(mended))
    ]
    assert found == given
    expected, pool = (read_table(each.pool).to_pylist() for each in (right, run))
    for wanted, got in zip(expected, pool, strict=True):
        if got["label_kind"] != "individual":  # these were asked in the second step
            assert got["label"] == wanted["label"], got


def test_a_gallery_shows_parts_as_clusters(runs, tmp_path):
    run, out = runs[Splits], tmp_path / "gallery.png"
    step = run.folder / "round-2/1"
    plot_gallery.main(
        ["--query", f"{step}/query.parquet", "--annotations", f"{step}/annotations.parquet"]
        + ["--title", "Tiny", "--index", run.file("truth")]
        + ["--images", f"{run.data}/images.npy", "--out", str(out)]
    )
    assert out.stat().st_size > 1000


def test_features_that_are_not_there_are_named(runs, tmp_path):
    run = runs[Splits]
    keys = [*run.keys(1, "1-x"), "--truth", run.file("truth"), "--purity", "0.8", "--split", "2"]
    keys += ["--query", f"{run.folder}/round-1/1/query.parquet", "--features", "gone.parquet"]
    with pytest.raises(InputError, match="gone.parquet: no such file"):
        annotate.main([*keys, "--out", f"{tmp_path}/out"])
