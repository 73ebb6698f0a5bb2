"""Convolutions whose weight gradient is computed faster on a CPU where images are small.

In the deep layers of a network for small images, a batch has few positions and a layer has many
weights. In ResNet-18 at 64 pixels there are 32 x 2 x 2 positions and 512 x 512 x 3 x 3 weights.
oneDNN computes the gradient of such weights several times slower than the forward pass of the
same layer. PyTorch then copies the gradient into another order. The same gradient is the product
of two matrices, output gradients times image patches, and is in the right order already.
"""

from types import MethodType

import torch
from torch import nn
from torch.autograd import Function
from torch.nn import functional

# The product is used up to this number of positions in a batch. Measured on ResNet-18 at 64 and
# 224 pixels: it is faster at 512 positions or fewer, equal at 2,048, a quarter slower at 25,088.
MOST_POSITIONS = 1024


class _FewPositions(Function):
    """A convolution whose weight gradient is computed as a product of matrices."""

    @staticmethod
    def forward(ctx, x, weight, stride, padding):
        ctx.save_for_backward(x, weight)
        ctx.geometry = stride, padding
        return functional.conv2d(x, weight, None, stride, padding)

    @staticmethod
    def backward(ctx, gradient):
        # With autocast the output and its gradient are bfloat16, and what was given may be float32.
        given = ctx.saved_tensors
        x, weight = (tensor.to(gradient.dtype) for tensor in given)
        stride, padding = ctx.geometry
        of_x = None
        if ctx.needs_input_grad[0]:
            of_x = torch.ops.aten.convolution_backward(
                gradient, x, weight, None, stride, padding, [1, 1], False, [0, 0], 1,
                [True, False, False],
            )[0].to(given[0].dtype)  # fmt: skip
        of_weight = weight_gradient(x, gradient, weight.shape[2:], stride, padding)
        return of_x, of_weight.to(given[1].dtype), None, None


def weight_gradient(
    x: torch.Tensor,
    gradient: torch.Tensor,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
) -> torch.Tensor:
    """Return the gradient of a convolution's weights, in the order channels last.

    Args:
        x: float[n, in, h, w], input of the convolution.
        gradient: float[n, out, h', w'], gradient of its output.
        kernel, stride, padding: settings of the convolution, which has no dilation and no groups.

    Returns:
        float[out, in, *kernel].
    """
    padded = functional.pad(
        x.permute(0, 2, 3, 1), (0, 0, padding[1], padding[1], padding[0], padding[0])
    )
    n, rows, columns = gradient.shape[0], *gradient.shape[2:]
    image, row, column, channel = padded.stride()
    patches = padded.as_strided(
        (n, rows, columns, *kernel, x.shape[1]),
        (image, row * stride[0], column * stride[1], row, column, channel),
    ).reshape(n * rows * columns, -1)
    outputs = gradient.permute(0, 2, 3, 1).reshape(n * rows * columns, -1)
    return (outputs.t() @ patches).view(-1, *kernel, x.shape[1]).permute(0, 3, 1, 2)


def learn_small_images_faster(model: nn.Module) -> None:
    """Use the faster gradient in the model's plain convolutions for batches of few positions."""
    for module in model.modules():
        if type(module) is nn.Conv2d and _is_plain(module):
            module.forward = MethodType(_forward, module)


def _is_plain(module: nn.Conv2d) -> bool:
    return (
        module.bias is None
        and module.groups == 1
        and module.dilation == (1, 1)
        and module.padding_mode == "zeros"
        and not isinstance(module.padding, str)
    )


def _forward(module: nn.Conv2d, x: torch.Tensor) -> torch.Tensor:
    positions = x.shape[0] * x.shape[2] * x.shape[3] // (module.stride[0] * module.stride[1])
    if positions <= MOST_POSITIONS and module.weight.requires_grad and torch.is_grad_enabled():
        return _FewPositions.apply(x, module.weight, module.stride, module.padding)
    return nn.Conv2d.forward(module, x)
