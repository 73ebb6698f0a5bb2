"""Checks of a data set's texts."""

import pyarrow as pa

from cbal.data.text_checks import examine, report


def found(texts, split):
    return examine(pa.chunked_array([texts]), split, [f"t/{i}" for i in range(len(split))])


def test_duplicates_and_empty_texts_are_counted_and_named():
    texts = ["a", "b", " a\n", "", "  ", "b"]
    findings = found(texts, ["train"] * 5 + ["test"])
    assert findings.duplicates == {"train": 2}
    assert findings.across == {"train and test": 1}
    assert findings.flat == 2
    assert findings.notes == [
        "exact duplicates: 2 texts are equal to another text of train (t/2 = t/0, t/4 = t/3)",
        "warning: 1 text is in both train and test: exact duplicates (t/5 = t/1)",
        "warning: 2 texts are empty (t/3, t/4)",
    ]
    assert findings.warnings == [
        "1 text is in both train and test: exact duplicates, so accuracy on test may be too high",
        "2 texts are empty",
    ]


def test_different_texts_are_no_finding():
    assert not found(["a", "A", "a b"], ["train"] * 3).notes


def test_what_is_left_out_is_told_too():
    index = pa.table({"split": ["train"], "source": ["a.csv/0"]})
    lines, told = report(pa.chunked_array([["x"]]), index, {".md files": ["README.md"]})
    assert lines == ["left out: 1 (.md files): README.md"]
    assert told["left_out"] == {".md files": 1}
    assert told["findings"]["flat"] == 0
