"""The script that writes how far people agree."""

import csv

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

import tabulate_agreement
from cbal.errors import InputError
from cbal.labeling.records import Question
from cbal.labeling.register import File, Register

EVIL = "=HYPERLINK(1)|<b>"


@pytest.fixture
def written(tmp_path):
    """Return a function that writes the three files and returns their texts."""

    def written():
        outs = [f"--{name}" for name in ("csv", "markdown", "disagreements")]
        where = [part for name in outs for part in (name, str(tmp_path / name[2:]))]
        tabulate_agreement.main(
            ["--dataset", "mine", "--scenario", "s", "--seed", "0", *where]
            + ["--journal", str(tmp_path), "--index", str(tmp_path / "none.parquet")]
        )
        return [(tmp_path / name[2:]).read_text() for name in outs]

    return written


def label(tmp_path, *labels):
    register = Register(tmp_path / "journal.sqlite")
    register.add_files([File(f"{EVIL}{i}.png", "train") for i in range(len(labels))])
    for name in ("cat", "dog"):
        register.add_class(name)
    asked = [Question(np.array([i])) for i in range(len(labels))]
    step = register.open_step(("s", 0, 1, "1-x"), "individual", "d", {}, asked).id
    for name, said in zip(("Ann", EVIL), zip(*labels)):
        for interaction, number in enumerate(said):
            action = "refuse" if number is None else "label"
            register.add(step, interaction, action, name, label=number, annotator=name)
    register.close()


def test_percent_kappa_and_what_differs(tmp_path, written):
    label(tmp_path, (0, 0), (1, 1), (1, 0), (0, None))
    table, text, different = written()
    kappa = cohen_kappa_score([0, 1, 1, 0], [0, 1, 0, -1])
    first, second = list(csv.DictReader(table.splitlines()))
    assert first["first"] == f"'{EVIL}"  # no formula, and in alphabetical order
    assert (second["kind"], second["questions"], second["alike"]) == ("all", "4", "2")
    assert (second["percent"], second["kappa"]) == ("50.0", f"{kappa:.3f}")
    assert "| individual |" in text and "<b>" not in text.replace("\\<b>", "")
    rows = list(csv.DictReader(different.splitlines()))
    said = [(row["interaction"], row["first_label"], row["second_label"]) for row in rows]
    assert said == [("2", "cat", "dog"), ("3", "(refused)", "cat")]


def test_without_a_second_answer_it_says_so(tmp_path, written):
    label(tmp_path, (0,), (1,))
    table, text, different = written()
    assert len(table.splitlines()) == len(different.splitlines()) == 1
    assert text.startswith("No two people")


def test_a_data_set_that_nobody_labeled_is_named(tmp_path, written):
    with pytest.raises(InputError, match="nobody labeled data set mine"):
        written()
