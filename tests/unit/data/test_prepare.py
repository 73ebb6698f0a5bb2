from dataclasses import replace

import numpy as np
import pytest

from cbal.data import prepare, sources
from cbal.data.prepare import Plan
from cbal.errors import InputError


@pytest.fixture
def listing():
    """100 images of classes 0 (60) and 1 (40), of 3 x 5 pixels; image i has value i."""
    label = np.array([0] * 60 + [1] * 40, np.int16)
    return sources.Listing(
        source=[str(i) for i in range(100)],
        label=label,
        split=None,
        classes=["a", "b"],
        read=lambda indices: (np.full((5, 3, 3), i, np.uint8) for i in indices),
    )


def test_the_split_is_stratified_fixed_and_whole(listing):
    train, test, _ = prepare.choose(listing, Plan()).values()
    assert np.bincount(listing.label[test]).tolist() == [12, 8]
    assert sorted([*train, *test]) == list(range(100))
    again = prepare.choose(listing, Plan())
    assert (train == again["train"]).all()
    other = prepare.choose(listing, Plan(split_seed=1))
    assert set(test) != set(other["test"])


def test_the_published_split_is_kept(listing):
    split = np.array(["train", "test", "train", "validation"])[np.arange(100) % 4]
    parts = prepare.choose(replace(listing, split=split), Plan(test_fraction=0.5))
    assert {kind: len(part) for kind, part in parts.items()} == {
        "train": 50,
        "test": 25,
        "validation": 25,
    }
    for kind, part in parts.items():
        assert (split[part] == kind).all()


def test_without_a_test_split_it_is_drawn_from_the_training_images_alone(listing):
    split = np.where(np.arange(100) % 2, "validation", "train")
    parts = prepare.choose(replace(listing, split=split), Plan())
    assert (len(parts["train"]), len(parts["test"])) == (40, 10)
    assert (split[np.concatenate([parts["train"], parts["test"]])] == "train").all()
    assert (split[parts["validation"]] == "validation").all()
    assert len(parts["validation"]) == 50


def test_subsets_are_stratified(listing):
    train, test, _ = prepare.choose(listing, Plan(subset=20, test_subset=10)).values()
    assert np.bincount(listing.label[train]).tolist() == [12, 8]
    assert np.bincount(listing.label[test]).tolist() == [6, 4]


def test_images_and_tables_are_in_the_same_order(listing, tmp_path):
    parts = prepare.choose(listing, Plan())
    kept = np.concatenate(list(parts.values()))
    prepare.write_images(tmp_path / "x.npy", listing, kept, None)
    index, truth = prepare.tables(listing, parts)
    pixels = np.load(tmp_path / "x.npy")
    assert pixels[:, 0, 0, 0].tolist() == [int(s) for s in index["source"].to_pylist()]
    assert index["split"].to_pylist() == ["train"] * 80 + ["test"] * 20
    assert truth["label"].to_pylist() == listing.label[kept].tolist()
    assert index["sample_id"].to_pylist() == list(range(100))


def test_images_become_centred_squares():
    image = np.zeros((4, 8, 3), np.uint8)
    image[:, 2:6] = 200
    assert (prepare.square(image, 4) == 200).all()
    assert prepare.square(image[..., :1], 2).shape == (2, 2, 1)


class TestBadInput:
    def test_mixed_sizes_need_a_side(self, listing, tmp_path):
        mixed = replace(
            listing, read=lambda ids: (np.zeros((2 + i % 2, 2, 3), np.uint8) for i in ids)
        )
        with pytest.raises(InputError, match="1: 2 x 3 pixels, but others 2 x 2; set `side:`"):
            prepare.write_images(tmp_path / "x.npy", mixed, [0, 1], None)
        assert not list(tmp_path.iterdir())
        prepare.write_images(tmp_path / "x.npy", mixed, [0, 1], 4)

    def test_labels_outside_the_classes(self, listing):
        with pytest.raises(InputError, match="60: label 1 is outside the 1 class;"):
            prepare.choose(replace(listing, classes=["a"]), Plan())

    def test_one_class(self, listing):
        with pytest.raises(InputError, match="one class only"):
            prepare.choose(replace(listing, label=np.zeros(100, np.int16)), Plan())

    @pytest.mark.parametrize("n", [81, 1])
    def test_a_subset_that_cannot_be(self, listing, n):
        with pytest.raises(InputError, match=f"subset: {n} "):
            prepare.choose(listing, Plan(subset=n))

    def test_a_class_too_small_to_split(self, listing):
        label = np.array([0] * 99 + [1], np.int16)
        with pytest.raises(InputError, match="the smallest has 1"):
            prepare.choose(replace(listing, label=label), Plan())

    @pytest.mark.parametrize("fraction", [0.001, 0.999])
    def test_a_fraction_that_leaves_a_split_empty(self, listing, fraction):
        with pytest.raises(InputError, match=r"test_fraction: 0 of|0 training and 100 test images"):
            prepare.choose(listing, Plan(test_fraction=fraction))
