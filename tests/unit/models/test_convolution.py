import copy

import pytest
import torch
from torch import nn

from cbal.models.convolution import MOST_POSITIONS, learn_small_images_faster, weight_gradient

GEOMETRIES = [(3, 1, 1), (3, 2, 1), (1, 1, 0), (1, 2, 0), (7, 2, 3), ((3, 1), 1, (1, 0))]


@pytest.mark.parametrize("kernel, stride, padding", GEOMETRIES)
@pytest.mark.parametrize("side", [1, 2, 5, 8])
def test_gradients_are_pytorch_s(kernel, stride, padding, side):
    torch.manual_seed(0)
    plain = nn.Conv2d(6, 10, kernel, stride, padding, bias=False)
    fast = copy.deepcopy(plain)
    learn_small_images_faster(fast)
    x, twin = (torch.randn(4, 6, side, side, requires_grad=True) for _ in range(2))
    twin.data.copy_(x.data)
    out, again = plain(x), fast(twin)
    torch.testing.assert_close(out, again)
    assert "FewPositions" in again.grad_fn.name()
    weights = torch.randn_like(out)
    (out * weights).sum().backward()
    (again * weights).sum().backward()
    torch.testing.assert_close(fast.weight.grad, plain.weight.grad, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(x.grad, twin.grad, atol=1e-5, rtol=1e-4)


def test_gradients_are_pytorch_s_with_autocast():
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Conv2d(6, 10, 3, bias=False), nn.Conv2d(10, 8, 3, bias=False))
    fast = copy.deepcopy(plain)
    learn_small_images_faster(fast)
    x, twin = (torch.randn(4, 6, 8, 8, requires_grad=True) for _ in range(2))
    twin.data.copy_(x.data)
    with torch.autocast("cpu", torch.bfloat16):
        out, again = plain(x), fast(twin)
    assert out.dtype == again.dtype == torch.bfloat16
    for whole in (out, again):
        whole.float().square().sum().backward()
    rough = {"atol": 0.2, "rtol": 0.02}  # numbers up to 50 with eight bits
    torch.testing.assert_close(x.grad, twin.grad, **rough)
    for part, other in zip(plain, fast):
        assert other.weight.grad.dtype == torch.float32
        torch.testing.assert_close(other.weight.grad, part.weight.grad, **rough)


def test_many_positions_go_pytorch_s_way():
    fast = nn.Conv2d(1, 1, 1, bias=False)
    learn_small_images_faster(fast)
    side = int(MOST_POSITIONS**0.5)
    assert "FewPositions" in fast(torch.zeros(1, 1, side, side)).grad_fn.name()
    assert "FewPositions" not in fast(torch.zeros(2, 1, side, side)).grad_fn.name()
    with torch.no_grad():
        assert fast(torch.zeros(1, 1, 2, 2)).grad_fn is None


@pytest.mark.parametrize(
    "special",
    [{"groups": 2}, {"dilation": 2}, {"padding": "same"}, {"padding_mode": "reflect"}],
)
def test_what_it_is_not_made_for_stays(special):
    module = nn.Conv2d(2, 2, 3, bias=False, **{"padding": 1, **special})
    learn_small_images_faster(module)
    assert "forward" not in vars(module)


def test_the_gradient_is_channels_last():
    gradient = weight_gradient(
        torch.randn(2, 3, 4, 4), torch.randn(2, 5, 4, 4), (3, 3), (1, 1), (1, 1)
    )
    assert gradient.shape == (5, 3, 3, 3)
    assert gradient.is_contiguous(memory_format=torch.channels_last)
