import pytest
import torch

from cbal import device as devices
from cbal.errors import InputError


def test_a_gpu_without_memory_says_what_to_change():
    expected = pytest.raises(InputError, match="memory is too small: make it smaller")
    with expected, devices.enough_memory("make it smaller"):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")


def test_threads_are_those_granted():
    before = torch.get_num_threads()
    device = devices.choose(1)
    if device.type == "cpu":
        assert devices.describe(device) == "cpu, 1 threads"
    assert devices.peak_memory_mb(device) >= 0
    torch.set_num_threads(before)
