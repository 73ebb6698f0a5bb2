"""A small convolutional network for small images, the only architecture defined here."""

from torch import nn


def convnet(num_classes: int, channels: int = 3, image_size: int = 8) -> nn.Sequential:
    """Return a convnet of three 3 x 3 convolutions and a linear head on 256 features.

    Args:
        num_classes: outputs of the head.
        channels: channels of the images.
        image_size: side of the images in pixels, 8 or more.
    """
    # Images of 8 x 8 pixels are 2 x 2 here already: pooling would only cost time.
    pooling = [nn.AdaptiveAvgPool2d(2)] if image_size // 4 > 2 else []
    return nn.Sequential(
        nn.Conv2d(channels, 32, 3, padding=1),
        nn.MaxPool2d(2),
        nn.ReLU(inplace=True),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.MaxPool2d(2),
        nn.ReLU(inplace=True),
        nn.Conv2d(64, 64, 3, padding=1),
        nn.ReLU(inplace=True),
        *pooling,
        nn.Flatten(),
        nn.Linear(256, num_classes),
    )
