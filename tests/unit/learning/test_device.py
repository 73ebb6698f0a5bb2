import os

import pytest
import torch

from cbal.errors import InputError
from cbal.learning import device as devices
from cbal.learning.device import Execution


def test_a_gpu_without_memory_says_what_to_change():
    expected = pytest.raises(InputError, match="memory is too small: make it smaller")
    with expected, devices.enough_memory("make it smaller"):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")


def test_threads_are_those_granted():
    before = torch.get_num_threads()
    device = devices.choose(1)
    if device.type == "cpu":
        assert devices.describe(device) == "cpu, 1 thread"
    assert devices.peak_memory_mb(device) >= 0
    torch.set_num_threads(before)


def test_images_get_their_share_of_the_memory_that_counts():
    cpu = torch.device("cpu")
    assert devices.room(cpu, percent=50, jobs=1, memory_mb=8000) == 4e9
    assert devices.room(cpu, percent=25, jobs=3, memory_mb=8000) == 2e9


def test_jobs_that_share_gpus_share_their_memory(monkeypatch):
    class Properties:
        total_memory = 80e9

    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: Properties)
    gpu = torch.device("cuda", 0)
    for gpus, jobs, expected in [(1, 1, 40e9), (1, 4, 10e9), (2, 4, 20e9), (4, 2, 40e9)]:
        monkeypatch.setattr(torch.cuda, "device_count", lambda n=gpus: n)
        assert devices.room(gpu, 50, jobs, memory_mb=1) == expected


def test_each_job_of_a_user_finds_another_place(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    held = []
    monkeypatch.setattr(devices, "_lock_files", held)
    assert [devices._free_place(3) for _ in range(3)] == [0, 1, 2]
    os.close(held.pop(1))  # that job has ended
    assert devices._free_place(3) == 1
    assert 0 <= devices._free_place(3) < 3  # one more than there are places
    for file in held:
        os.close(file)


def test_precision_without_a_gpu_is_float32_unless_asked():
    cpu = torch.device("cpu")
    assert devices.precision("auto", cpu) == torch.float32
    assert devices.precision("bfloat16", cpu) == torch.bfloat16
    assert devices.precision("float32", torch.device("cuda")) == torch.float32


def test_a_forward_pass_takes_more_images_the_smaller_they_are():
    execution = Execution(torch.device("cpu"))
    sizes = [execution.forward_batch_size(side) for side in (8, 32, 64, 224, 1000)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 256
    assert sizes[-1] == 8
    assert Execution(torch.device("cpu"), batch_size=7).forward_batch_size(64) == 7
