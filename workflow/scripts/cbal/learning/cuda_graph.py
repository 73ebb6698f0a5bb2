"""Training steps run as one CUDA graph, which is one launch instead of hundreds."""

from collections.abc import Callable

import torch

from cbal.log import say

WARM_UP = 3  # steps before the capture, in which libraries choose their algorithms


class Captured:
    """A training step that is captured as a CUDA graph after a warm-up and then replayed.

    Every call trains on its batch. The steps of the warm-up, and batches of another size, run
    without the graph. If a model cannot be captured (its code waits for the device), all steps
    run without it.
    """

    def __init__(
        self,
        step: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        batch_size: int,
        device: torch.device,
    ):
        """Prepare a step for batches of `batch_size`; on a CPU no graph is used."""
        self.step, self.batch_size = step, batch_size
        self.warm_up_left = WARM_UP
        self.possible = device.type == "cuda"
        self.graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, pixels: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Train on one batch; return the loss before the step."""
        if not self.possible or len(pixels) != self.batch_size:
            return self.step(pixels, target)
        if self.warm_up_left:
            self.warm_up_left -= 1
            return self._on_separate_stream(pixels, target)
        if self.graph is None and not self._capture(pixels, target):
            return self.step(pixels, target)
        self.pixels.copy_(pixels)
        self.target.copy_(target)
        self.graph.replay()
        return self.loss

    def _on_separate_stream(self, pixels: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Run the step on a separate stream, which PyTorch requires before a capture."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            loss = self.step(pixels, target)
        torch.cuda.current_stream().wait_stream(stream)
        return loss

    def _capture(self, pixels: torch.Tensor, target: torch.Tensor) -> bool:
        """Record the step without running it; return whether this succeeded."""
        self.pixels, self.target = pixels.clone(), target.clone()
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                self.loss = self.step(self.pixels, self.target)
        except RuntimeError as error:
            say(f"no CUDA graph ({str(error).splitlines()[0]}): steps run one by one")
            self.possible = False
            return False
        self.graph = graph
        return True
