"""What a person corrects reaches the next round, its measures, and what is taken away."""

import csv
import json
from argparse import Namespace

import numpy as np
import pyarrow as pa
import pytest

import admit_samples
import annotate_by_hand
import gather_given
import gather_known
import labels_so_far
import review_labels
import update_pool
from cbal.errors import InputError
from cbal.labeling.asking import digest_of
from cbal.labeling.records import Question
from cbal.labeling.review.journal import Reviews
from cbal.labeling.web.lifetime import Home
from cbal.pool.rounds import read_pool, write_pool
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE, initial
from cbal.results.effort import with_effort
from cbal.storage.files import labels_of, metadata_of, read_table, write_table

RUN, N = ("s", 0), 12
FILES = [f"{i}.png" for i in range(N + 2)]  # the last two are to measure by
GROUPS = [[0, 1, 2, 3], [4, 5, 6]]
CAT, DOG = 0, 1


class Hand:
    """A run by hand in a folder, whose answers are in the journal before its jobs ask."""

    def __init__(self, folder):
        self.folder = folder
        split = ["train"] * N + ["test"] * 2
        index = {"sample_id": np.arange(N + 2), "split": split, "source": FILES}
        write_table(folder / "index.parquet", pa.table(index), classes=[])
        self.journal = Reviews(folder / "labeling" / "journal.sqlite")
        for name in ("cat", "dog"):
            self.journal.add_class(name)
        write_pool(folder / "pool-0.parquet", initial(np.arange(N)), **self.keys(0))

    def keys(self, round):
        return {"dataset": "d", "scenario": "s", "seed": 0, "round": round}

    def path(self, name):
        return str(self.folder / f"{name}.parquet")

    def words(self, round, step=None):
        words = ["--dataset", "d", "--scenario", "s", "--seed", "0", "--round", str(round)]
        return words + (["--step", step] if step else [])

    def answered(self, round, groups, labels):
        """Answer a query, and let its job take the answers; return the file that it wrote."""
        groups = [np.array(group) for group in groups]
        rows = [
            {"interaction": i, "sample_id": sample, "kind": "cluster", "score": 0.0}
            for i, group in enumerate(groups)
            for sample in group.tolist()
        ]
        write_table(self.path(f"query-{round}"), pa.Table.from_pylist(rows))
        self.open(round, groups, labels)
        return self.take(round)

    def open(self, round, groups, labels):
        digest = digest_of(groups, FILES)
        asked = [Question(group) for group in groups]
        pool = self.folder / (f"start-{round}.parquet" if round > 1 else "pool-0.parquet")
        reviewed = metadata_of(read_table(pool)).get("review", {}).get("until", 0)
        context = {"position": 1, "images": N, "reviewed": reviewed}
        self.step = self.journal.open_step((*RUN, round, "1-x"), "cluster", digest, context, asked)
        for interaction, label in enumerate(labels):
            self.journal.add(self.step.id, interaction, "label", "ann", 2, label=label)

    def take(self, round):
        pool = self.path(f"start-{round}" if round > 1 else "pool-0")
        out = self.path(f"annotations-{round}")
        annotate_by_hand.main(
            [*self.words(round, "1-x"), "--query", self.path(f"query-{round}"), "--pool", pool]
            + ["--index", self.path("index"), "--journal", str(self.folder / "labeling")]
            + ["--title", "T", "--budget", "9", "--rounds", "2", "--classes", '["cat", "dog"]']
            + ["--out", out]
        )
        return out

    def admit(self, round):
        out = self.path(f"start-{round}")
        admit_samples.main(
            [*self.words(round), "--pool", self.path(f"pool-{round - 1}"), "--out", out]
            + ["--index", self.path("index"), "--journal", str(self.folder / "labeling")]
        )
        return out

    def update(self, round, cluster_labels="reask"):
        pool = self.path(f"start-{round}" if round > 1 else "pool-0")
        out = self.folder / f"pool-{round}.parquet"
        update_pool.main(
            [*self.words(round), "--pool", pool, "--queries", self.path(f"query-{round}")]
            + ["--annotations", self.path(f"annotations-{round}"), "--out", str(out)]
            + ["--cluster-labels", cluster_labels]
        )
        return read_pool(out)


@pytest.fixture
def hand(tmp_path):
    hand = Hand(tmp_path)
    yield hand
    hand.journal.close()


def states(pool, *samples):
    return [(int(pool.label[i]), int(pool.kind[i])) for i in samples]


def test_a_correction_made_while_a_round_asks_is_learned_in_that_round(hand):
    groups = [np.array(group) for group in GROUPS]
    hand.open(1, groups, [CAT, DOG])
    hand.journal.correct(RUN, [2, 9], "ann", label=DOG, round=1, seconds=30)
    annotations = hand.answered(1, GROUPS, [])
    pool = hand.update(1)
    assert states(pool, 2, 9, 1) == [(DOG, INDIVIDUAL), (DOG, INDIVIDUAL), (CAT, CLUSTER)]
    assert pool.interactions == 2
    metrics = pa.table({"round": [1]})
    (row,) = with_effort(metrics, [annotations]).to_pylist()
    assert (row["corrections"], row["images_corrected"]) == (1, 2)
    assert row["hours"] == pytest.approx(34 / 3600)


def test_a_correction_made_while_a_model_trains_is_in_the_next_round_s_queries(hand):
    hand.answered(1, GROUPS, [CAT, DOG])
    hand.update(1)
    hand.journal.correct(RUN, [2], "ann", label=DOG, round=1)
    hand.journal.correct(RUN, [4], "ann")
    start = read_pool(hand.folder / hand.admit(2))
    assert states(start, 2, 4, 5) == [(DOG, INDIVIDUAL), (-1, NONE), (DOG, CLUSTER)]
    assert not start.unlabeled[2]
    hand.answered(2, [[0, 1], [3, 4]], [CAT, CAT])
    pool = hand.update(2)
    assert states(pool, 2, 4, 5) == [(DOG, INDIVIDUAL), (CAT, CLUSTER), (-1, NONE)]


def test_rounds_that_are_computed_again_take_over_nothing_that_came_later(hand):
    first = hand.answered(1, GROUPS, [CAT, DOG])
    hand.update(1)
    hand.journal.correct(RUN, [2], "ann", label=DOG, round=1)
    start = hand.admit(2)
    second = hand.answered(2, [[0, 1], [3]], [CAT, CAT])
    files = [hand.folder / path for path in (first, start, second)]
    before = [path.read_bytes() for path in files]
    hand.journal.correct(RUN, [0, 1, 5], "ann", label=DOG, round=2)
    hand.journal.change_class("delete", DOG, "ann")
    hand.take(1)
    hand.admit(2)
    hand.take(2)
    assert [path.read_bytes() for path in files] == before


def test_a_round_counts_only_the_corrections_since_the_one_before(hand):
    hand.open(1, [np.array(group) for group in GROUPS], [CAT, DOG])
    hand.journal.correct(RUN, [2], "ann", label=DOG, seconds=5)
    first = hand.answered(1, GROUPS, [])
    hand.update(1)
    hand.journal.correct(RUN, [3, 4], "ann", label=DOG, seconds=7)
    hand.admit(2)
    second = hand.answered(2, [[0], [1]], [CAT, CAT])
    for path, work in ((first, (1, 1, 5)), (second, (1, 2, 7))):
        review = metadata_of(read_table(path))["review"]
        assert (review["interactions"], review["images"], review["seconds"]) == work


def test_a_corrected_validation_image_is_measured_by_its_new_label(hand):
    asked = pa.table({"interaction": [0, 1], "sample_id": [N, N + 1]})
    given = pa.table({"interaction": [0, 1], "label": pa.array([CAT, CAT], pa.int16())})
    write_table(hand.path("validation-query"), asked)
    write_table(hand.path("validation"), given)
    groups = [np.array([N]), np.array([N + 1])]
    key = ("validation", 0, 0, "validation")
    questions = [Question(group) for group in groups]
    step = hand.journal.open_step(key, "individual", digest_of(groups, FILES), {}, questions)
    for interaction in (0, 1):
        hand.journal.add(step.id, interaction, "label", "ann", label=CAT)
    hand.open(1, [np.array(group) for group in GROUPS], [CAT, DOG])
    hand.journal.correct(RUN, [N + 1, 3], "ann", label=DOG, round=1)
    latest = hand.answered(1, GROUPS, [])
    gather_known.main(
        [*hand.words(1), "--index", hand.path("index"), "--query", hand.path("validation-query")]
        + ["--validation", hand.path("validation"), "--latest", latest]
        + ["--out", hand.path("known")]
    )
    known = labels_of(read_table(hand.path("known")))
    assert known[[N, N + 1, 3]].tolist() == [CAT, DOG, -1]


def test_what_is_taken_away_has_corrections_and_classes_at_once(hand):
    annotations = hand.answered(1, GROUPS, [CAT, DOG])
    hand.journal.correct(RUN, [2], "ann", new_class="fox", round=1)
    hand.journal.correct(RUN, [3], "ann")
    hand.journal.change_class("rename", CAT, "ann", name="wild cat")
    hand.journal.change_class("delete", DOG, "ann")
    labels_so_far.main(
        [*hand.words(1)[:6], "--journal", str(hand.folder / "labeling")]
        + ["--index", hand.path("index"), "--out", hand.path("so-far")]
        + ["--csv", str(hand.folder / "so-far.csv")]
    )
    with (hand.folder / "so-far.csv").open() as file:
        rows = {row["file"]: (row["label"], row["kind"]) for row in csv.DictReader(file)}
    assert rows["0.png"] == ("wild cat", "cluster")
    assert rows["2.png"] == ("fox", "individual")
    assert rows["3.png"] == rows["4.png"] == ("", "")
    assert metadata_of(read_table(hand.path("so-far")))["classes"] == ["wild cat", "fox"]
    gather_given.main(
        [*hand.words(1)[:6], "--journal", str(hand.folder / "labeling")]
        + ["--index", hand.path("index"), "--annotations", annotations]
        + ["--out", hand.path("given")]
    )
    metadata = metadata_of(read_table(hand.path("given")))
    assert metadata["gone"] == [[DOG, None]]
    assert metadata["review"]["interactions"] == 4


def test_without_answers_there_is_nothing_to_review(tmp_path):
    data = {"title": "mine", "journal": f"{tmp_path}/labeling", "index": f"{tmp_path}/index"}
    with pytest.raises(InputError, match="nobody labeled data set mine yet"):
        review_labels.main(["--data", json.dumps([data])])


def test_the_server_of_the_review_is_told_how_people_reach_it(tmp_path):
    arguments = Namespace(host="lab", port=7, public_url="https://example.org/label/", double=0.25)
    data = {"index": "index.parquet", "title": "t"}
    command = review_labels.command_of(Home(tmp_path), data, arguments, "1")
    told = values_of(command)
    assert (told["--public-url"], told["--double"]) == ("https://example.org/label/", "0.25")
    arguments = Namespace(host="lab", port=7, public_url="", double=0)
    assert "--public-url" not in review_labels.command_of(Home(tmp_path), data, arguments, None)


def values_of(command):
    """Return the values of a command's flags."""
    return {flag: value for flag, value in zip(command, command[1:]) if flag.startswith("--")}
