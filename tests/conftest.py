"""Fixtures for all tests: a tiny pool, made by the scripts themselves."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
# Jobs run `python`: it must be the interpreter of the tests.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def write_class_folders(root: Path, classes: dict[str, int], side: int = 8) -> Path:
    """Write PNG images, `classes` of each, whose brightness tells the class."""
    rng = np.random.default_rng(0)
    for number, (name, n) in enumerate(classes.items()):
        (root / name).mkdir(parents=True)
        level = 40 + 170 * number // max(len(classes) - 1, 1)
        for i in range(n):
            pixels = rng.integers(level - 30, level + 30, (side, side, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{i}.png")
    return root


@pytest.fixture(scope="session")
def image_folder(tmp_path_factory) -> Path:
    """Folder of three classes of 20 RGB images each, 8 x 8."""
    root = tmp_path_factory.mktemp("images")
    return write_class_folders(root, {"dark": 20, "medium": 20, "bright": 20})


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, image_folder) -> Path:
    """Folder with index.parquet, truth.parquet, images.npy (48 + 12) and round 0's pool."""
    import init_pool
    import prepare_data

    out = tmp_path_factory.mktemp("prepared")
    prepare_data.main(
        ["--dataset", "tiny", "--source", "folder", "--path", str(image_folder)]
        + ["--index", f"{out}/index.parquet", "--truth", f"{out}/truth.parquet"]
        + ["--images", f"{out}/images.npy"]
    )
    init_pool.main(
        ["--dataset", "tiny", "--scenario", "s", "--seed", "0", "--interactions", "6"]
        + ["--index", f"{out}/index.parquet", "--out", f"{out}/pool-0.parquet"]
    )
    return out
