"""Tests without a GPU: which steps go through the graph, with a stand-in for the graph."""

from contextlib import nullcontext

import pytest
import torch

from cbal.learning import cuda_graph
from cbal.learning.cuda_graph import WARM_UP, Captured


class Graph:
    """A graph that replays the step that was recorded in its context."""

    def replay(self):
        self.replays = getattr(self, "replays", 0) + 1
        self.step()


class Sums:
    """A step that adds its inputs to the tensor that it returns."""

    def __init__(self):
        self.total = torch.zeros(())
        self.sizes = []

    def __call__(self, pixels, target):
        self.sizes.append(len(pixels))
        self.total += (pixels.float().sum() + target.sum()).item()
        return self.total


@pytest.fixture
def cuda(monkeypatch):
    """A stand-in for CUDA: the context of a graph records steps and does not run them."""
    made = []

    def graph(target):
        made.append(target)
        return nullcontext()

    class Stream:
        def wait_stream(self, other):
            pass

    monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
    monkeypatch.setattr(torch.cuda, "graph", graph)
    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    return made


def batch(size, value):
    return torch.full((size, 1), value, dtype=torch.uint8), torch.full((size,), value)


def test_on_a_cpu_every_step_is_the_step(monkeypatch):
    step = Sums()
    captured = Captured(step, 4, torch.device("cpu"))
    for size in (4, 4, 4, 4, 4, 4, 2):
        captured(*batch(size, 1))
    assert step.sizes == [4] * 6 + [2]


def test_full_batches_are_replayed_after_the_warm_up_and_others_are_not(cuda):
    step = Sums()
    captured = Captured(step, 4, torch.device("cuda"))
    for number in range(WARM_UP):
        captured(*batch(4, number))
    captured(*batch(2, 9))
    assert step.sizes == [4] * WARM_UP + [2]
    assert not cuda
    captured.graph = Graph()
    seen = []
    captured.graph.step = lambda: seen.append(
        (captured.pixels.unique().tolist(), captured.target.unique().tolist())
    )
    captured.pixels, captured.target = batch(4, 0)
    captured.loss = torch.zeros(())
    captured(*batch(4, 5))
    captured(*batch(2, 7))
    captured(*batch(4, 6))
    assert seen == [([5], [5]), ([6], [6])]
    assert step.sizes[-1] == 2


def test_a_step_that_cannot_be_captured_runs_one_by_one_and_says_so(cuda, monkeypatch, capsys):
    def refuse(target):
        raise RuntimeError("operation not permitted when stream is capturing\nmore")

    monkeypatch.setattr(torch.cuda, "graph", refuse)
    step = Sums()
    captured = Captured(step, 4, torch.device("cuda"))
    for _ in range(WARM_UP + 3):
        captured(*batch(4, 1))
    assert len(step.sizes) == WARM_UP + 3
    said = capsys.readouterr().err
    assert said.count("no CUDA graph (operation not permitted when stream is capturing)") == 1
    assert "more" not in said


def test_the_loss_of_a_replay_is_the_captured_one(cuda):
    captured = Captured(lambda pixels, target: pixels.float().mean(), 4, torch.device("cuda"))
    for _ in range(WARM_UP):
        captured(*batch(4, 1))
    cuda_graph.torch.cuda.CUDAGraph.step = lambda self: None
    assert captured(*batch(4, 2)) is captured.loss
    assert len(cuda) == 1
