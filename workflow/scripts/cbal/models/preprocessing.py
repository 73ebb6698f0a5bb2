"""How an image is made ready for a model: resized, cropped and normalised."""

import math
from typing import Any, Protocol

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Preprocessing(Protocol):
    """What says how images are made ready; `Spec` has all of it.

    Attributes:
        image_size: side in pixels of the images that the model gets.
        mean, std: per channel, for normalising images scaled to [0, 1].
        interpolation: "bilinear" or "bicubic", for resizing.
        crop: share of the side of the resized image that the model gets, its middle.
        fit: what happens to an image that is not square: "squash" resizes both sides alike,
            "center" loses the ends of the longer side, "border" adds borders of the mean color.
    """

    image_size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: str
    crop: float
    fit: str


def resized(how: Preprocessing, height: int, width: int) -> tuple[int, int]:
    """Return the height and width to resize an image to, before its middle is taken.

    As timm's `transforms_imagenet_eval` does, whose crop modes these are.
    """
    side = math.floor(how.image_size / how.crop)
    if how.fit == "squash" or height == width:
        return side, side
    if how.fit == "border":
        ratio = max(height, width) / side
        return round(height / ratio), round(width / ratio)
    short = min(height, width)
    return int(side * height / short), int(side * width / short)


def margins(have: int, wanted: int) -> tuple[int, int]:
    """Return what to add before and after `have` pixels for `wanted` ones; below 0 to cut."""
    if have < wanted:
        return (wanted - have) // 2, (wanted - have + 1) // 2
    before = round((have - wanted) / 2)
    return -before, wanted - have + before


def described(how: Preprocessing) -> str:
    """Return how images are made ready, in words for the log."""
    size = how.image_size
    first, _ = resized(how, 1, 1)
    cut = f", the middle {size} x {size} of {first} x {first}" if first != size else ""
    mean, std = (", ".join(f"{value:g}" for value in part) for part in (how.mean, how.std))
    odd = "" if how.fit == "squash" else f", {how.fit} if not square"
    return f"{size} x {size} pixels ({how.interpolation}{cut}{odd}), mean {mean}, std {std}"


def read(config: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of `Preprocessing`, with tuples, from JSON."""
    return {name: tuple(v) if isinstance(v, list) else v for name, v in config.items()}
