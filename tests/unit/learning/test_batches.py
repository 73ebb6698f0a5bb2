import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import functional as tvf

from cbal.errors import InputError
from cbal.learning.batches import READ_AHEAD, Batches
from cbal.models.model import Spec, spec_for
from cbal.storage.files import open_images

CPU = torch.device("cpu")


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize("side", [16, 32, 64, 224])
def test_a_batch_is_what_torchvision_makes(images, side):
    spec = spec_for("resnet18", 10, 3, side)
    ours = next(Batches(images, np.array([4, 1]), spec, CPU).in_order(2))
    x = torch.from_numpy(images[[4, 1]]).permute(0, 3, 1, 2)
    x = tvf.resize(tvf.to_dtype(x, torch.float32, scale=True), [side, side], antialias=True)
    torch.testing.assert_close(ours, tvf.normalize(x, spec.mean, spec.std), atol=1e-5, rtol=1e-5)


def test_gray_images_become_rgb_for_torchvision_models(images):
    gray = images[..., :1]
    spec = spec_for("resnet18", 10, 1, 32)
    x = next(Batches(gray, np.arange(6), spec, CPU).in_order(2))
    assert x.shape == (2, 3, 32, 32)


def test_all_images_come_in_order(images):
    spec = Spec("convnet", 2, 3, 32, (0.0,) * 3, (1.0,) * 3)
    parts = list(Batches(images, np.arange(6), spec, CPU).in_order(4))
    assert [len(part) for part in parts] == [4, 2]
    whole = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    torch.testing.assert_close(torch.cat(parts), whole)


def test_a_truncated_file_is_named(images, tmp_path):
    path = tmp_path / "images.npy"
    np.save(path, images)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="images.npy: not a whole NumPy file"):
        open_images(path)


@pytest.mark.parametrize("n", [1, 6])
def test_streamed_batches_are_the_resident_ones(images, n):
    spec = spec_for("resnet18", 10, 3, 48)
    resident, streamed = (
        Batches(images, np.arange(n), spec, CPU, room) for room in (float("inf"), 100)
    )
    assert resident.pixels is not None
    assert streamed.pixels is None
    for one, other in zip(resident.in_order(2), streamed.in_order(2), strict=True):
        assert torch.equal(one, other)
    parts = torch.randperm(n, generator=torch.Generator().manual_seed(0)).split(4)
    for one, other in zip(resident.pixels_of(parts), streamed.pixels_of(parts), strict=True):
        assert torch.equal(one, other)


def test_streaming_keeps_few_batches_in_memory(images):
    read = []

    class Watched:
        shape, dtype = images.shape, images.dtype

        def __getitem__(self, rows):
            if not isinstance(rows, slice):
                read.append(len(rows))
            return images[rows]

    spec = Spec("convnet", 2, 3, 32, (0.0,) * 3, (1.0,) * 3)
    sample_id = np.tile(np.arange(6), 50)
    batches = Batches(Watched(), sample_id, spec, CPU, room=0).in_order(3)
    next(batches)
    assert sum(read) <= 3 * (READ_AHEAD + 1)
    assert sum(len(part) for part in batches) == 297


@pytest.mark.parametrize("side", [24, 64, 300])
@pytest.mark.parametrize("fit", ["center", "squash", "border"])
@pytest.mark.parametrize("shape", [(32, 32), (40, 64)])
def test_a_batch_is_what_timm_makes(side, fit, shape):
    from PIL import Image
    from timm.data import create_transform

    mean, std = (0.4, 0.5, 0.6), (0.2, 0.3, 0.4)
    spec = Spec("timm:x", 2, 3, side, mean, std, "", "bicubic", 0.875, fit)
    rng = np.random.default_rng(1)
    # Far from black and white, where PIL cuts off what is beyond between its two passes.
    images = rng.integers(70, 186, (2, *shape, 3), dtype=np.uint8)
    ours = next(Batches(images, np.arange(2), spec, CPU).in_order(2))
    theirs = create_transform(
        (3, side, side), interpolation="bicubic", mean=mean, std=std, crop_pct=0.875, crop_mode=fit
    )
    for one, image in zip(ours, images, strict=True):
        # PIL rounds to whole numbers in between, and a border to the nearest color.
        torch.testing.assert_close(one, theirs(Image.fromarray(image)), atol=0.03, rtol=0)
