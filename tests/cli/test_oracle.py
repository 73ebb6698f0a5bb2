"""The oracle's command line on a tiny pool, and that only it reads the truth of the pool."""

import numpy as np
import pytest

import annotate
from cbal.errors import InputError
from cbal.pool.annotations import ANNOTATIONS
from cbal.storage.files import metadata_of, read_table
from tests.cli.stages import CLUSTER, RANDOM, Run


class Mistaken(Run):
    """A run whose oracle gets more options."""

    options = ()

    def annotate(self, keys, asked, answered, earlier):
        truth = ["--truth", f"{self.data}/truth.parquet", "--query", str(asked)]
        annotate.main([*keys, *truth, "--purity", "0.5", *self.options, "--out", str(answered)])


def answers(prepared, folder, *options, steps=(CLUSTER,)):
    run = Mistaken(prepared, folder)
    run.options = options
    return read_table(run.round(1, *steps) / "1/annotations.parquet")


def test_the_usual_options_change_nothing(prepared, tmp_path):
    usual = answers(prepared, tmp_path / "a")
    spelled = ["--view", "--view-way", "spread", "--error-rates", "0", "0", "--image-confusion"]
    spelled += ["--cluster-confusion", "--abstains", "0", "--asked-again", "new"]
    assert usual.equals(answers(prepared, tmp_path / "b", *spelled))
    assert usual.schema.remove_metadata().equals(ANNOTATIONS)
    assert metadata_of(usual)["step"] == "1-x"


def test_each_option_reaches_the_oracle(prepared, tmp_path):
    usual = answers(prepared, tmp_path / "a")
    seen = answers(prepared, tmp_path / "b", "--view", "1")
    assert seen["shown"].to_pylist() == [1] * len(seen)
    assert all(seen["accepted"].to_pylist())
    wrong = answers(prepared, tmp_path / "c", "--error-rates", "0", "1", "--takes-out")
    pairs = zip(usual.to_pylist(), wrong.to_pylist(), strict=True)
    assert all(one["label"] != two["label"] for one, two in pairs if one["accepted"])
    silent = answers(prepared, tmp_path / "d", "--abstains", "1", steps=[RANDOM])
    assert silent["accepted"].to_pylist() == [False] * 6


def test_a_confusion_is_by_the_names_of_the_classes(prepared, tmp_path):
    file = tmp_path / "m.csv"
    file.write_text(",dark,bright,medium\nbright,0,1,0\nmedium,1,0,0\ndark,0,0,1\n")
    right = answers(prepared, tmp_path / "a", steps=[RANDOM])
    given = answers(prepared, tmp_path / "b", "--image-confusion", str(file), steps=[RANDOM])
    swapped = np.array([0, 2, 1])  # bright, dark, medium: the last two are taken for each other
    assert given["label"].to_pylist() == swapped[right["label"].to_numpy()].tolist()


def test_a_confusion_of_other_classes(prepared, tmp_path):
    (tmp_path / "m.csv").write_text(",cat\ncat,1\n")
    with pytest.raises(InputError, match=r"m.csv: is of other classes than the data set: 'bright'"):
        answers(prepared, tmp_path / "a", "--image-confusion", f"{tmp_path}/m.csv")
