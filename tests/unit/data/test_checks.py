"""Checks of a data set's pixels."""

import numpy as np
import pytest

from cbal.data.checks import examine, remarks


def pictures(*seeds):
    """Return images of noise; equal seeds are equal images."""
    return np.stack(
        [np.random.default_rng(seed).integers(0, 255, (4, 4, 3), np.uint8) for seed in seeds]
    )


def found(images, split):
    return examine(images, split, [f"{i}.png" for i in range(len(split))])


def test_different_images_are_no_finding():
    findings = found(pictures(0, 1, 2, 3), ["train"] * 3 + ["test"])
    assert not findings.notes
    assert not findings.warnings


def test_duplicates_within_a_split_are_counted_and_named():
    findings = found(pictures(0, 1, 0, 0, 2, 2), ["train"] * 4 + ["test"] * 2)
    assert findings.duplicates == {"train": 2, "test": 1}
    assert "2 images are equal to another image of train" in findings.notes[0]
    assert "2.png = 0.png, 3.png = 0.png" in findings.notes[0]
    assert not findings.warnings


@pytest.mark.parametrize(
    ("splits", "names", "warned"),
    [
        (["train", "test"], "train and test", True),
        (["train", "validation"], "train and validation", True),
        (["test", "validation"], "test and validation", False),
    ],
)
def test_duplicates_across_splits_are_counted_and_those_of_the_pool_warn(splits, names, warned):
    findings = found(pictures(0, 1, 0, 2), [splits[0]] * 2 + [splits[1]] * 2)
    assert findings.across == {names: 1}
    assert f"1 image is in both {names}: exact duplicates (2.png = 0.png)" in findings.notes[0]
    assert bool(findings.warnings) == warned
    if warned:
        (line,) = remarks("D", findings.as_metadata())
        assert line.startswith(f"D: 1 image is in both {names}: exact duplicates")


def test_images_of_one_value_are_counted():
    images = pictures(0, 1, 2, 3)
    images[1] = 7
    findings = found(images, ["train"] * 4)
    assert findings.flat == 1
    assert findings.notes == ["nearly all one value: 1 of 4 images (1.png)"]
    assert not findings.warnings


@pytest.mark.parametrize("levels", [1, 16])
def test_a_data_set_of_nearly_one_value_says_so(levels):
    rng = np.random.default_rng(0)
    images = rng.integers(0, levels, (6, 4, 4, 3)).astype(np.uint8)
    findings = found(images, ["train"] * 6)
    assert any("6 of 6 images are nearly all one value" in line for line in findings.warnings)
    assert any("`values: [black, white]`" in line for line in findings.warnings)


def test_a_data_set_of_equal_images_says_so():
    findings = found(pictures(0, 0, 0), ["train", "train", "test"])
    assert any("all 3 images are equal" in line for line in findings.warnings)


def test_an_old_index_has_no_remarks():
    assert remarks("D", {"classes": []}) == []
