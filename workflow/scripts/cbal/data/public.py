"""Public data sets that come with a library or are downloaded by it."""

from pathlib import Path

import numpy as np

from cbal.data.listing import Listing

CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def digits() -> Listing:
    """Return scikit-learn's 1,797 handwritten digits, gray images of 8 x 8 pixels."""
    from sklearn.datasets import load_digits

    data = load_digits()
    pixels = np.round(data.images * (255 / 16)).astype(np.uint8)[..., None]
    return Listing(
        source=[str(i) for i in range(len(pixels))],
        label=data.target.astype(np.int16),
        split=None,
        classes=[str(name) for name in data.target_names],
        read=lambda indices: (pixels[i] for i in indices),
    )


def torchvision_cifar10(root: Path) -> Listing:
    """Return CIFAR-10 as torchvision downloads it, 50,000 train and 10,000 test images, 32 x 32."""
    from torchvision import datasets

    parts = [datasets.CIFAR10(str(root), train=train) for train in (True, False)]
    sizes = [len(part.targets) for part in parts]
    pixels = np.concatenate([part.data for part in parts])
    return Listing(
        source=[f"{name}/{i}" for name, n in zip(("train", "test"), sizes) for i in range(n)],
        label=np.concatenate([part.targets for part in parts]).astype(np.int16),
        split=np.repeat(["train", "test"], sizes),
        classes=CIFAR10,
        read=lambda indices: (pixels[i] for i in indices),
    )
