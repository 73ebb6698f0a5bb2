import numpy as np

from cbal.data import public
from tests.unit.data.test_parquet import levels


def test_digits_are_all_there():
    listing = public.digits()
    pixels = np.stack(list(listing.read(range(1797))))
    assert pixels.shape == (1797, 8, 8, 1)
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert np.bincount(listing.label).min() >= 174


def test_torchvision_s_cifar10(monkeypatch, tmp_path):
    class Fake:
        def __init__(self, root, train):
            assert root == str(tmp_path)
            self.data = np.full((3 if train else 2, 32, 32, 3), 7 if train else 9, np.uint8)
            self.targets = [0, 1, 2] if train else [3, 4]

    monkeypatch.setattr("torchvision.datasets.CIFAR10", Fake)
    listing = public.torchvision_cifar10(tmp_path)
    assert listing.label.tolist() == [0, 1, 2, 3, 4]
    assert listing.source[3] == "test/0"
    assert levels(listing, [2, 3]) == [7, 9]
