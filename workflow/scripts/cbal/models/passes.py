"""What several passes of a model, or the members of an ensemble, say of the same images."""

import torch


class Passes:
    """Sums over passes: memory holds three matrices of a batch, however many passes there are.

    The terms are those of Gal, Islam and Ghahramani (2017), "Deep Bayesian Active Learning with
    Image Data", section 4.
    """

    def __init__(self, images: int, classes: int, device: torch.device):
        """Start without a pass over so many images."""
        self.passes = 0
        # Squares of probabilities that differ little: float32 would round their difference away.
        self.total = torch.zeros(images, classes, dtype=torch.float64, device=device)
        self.squares = torch.zeros_like(self.total)
        self.votes = torch.zeros(images, classes, dtype=torch.int32, device=device)
        self.entropy = torch.zeros(images, dtype=torch.float64, device=device)

    def add(self, logits: torch.Tensor) -> None:
        """Add a pass with the logits float[images, classes]."""
        p = logits.double().softmax(1)
        best = p.argmax(1, keepdim=True)
        self.passes += 1
        self.total += p
        self.squares += p * p
        self.entropy += torch.special.entr(p).sum(1)
        self.votes.scatter_add_(1, best, torch.ones_like(best, dtype=torch.int32))

    def mean(self) -> torch.Tensor:
        """Return float32[images, classes], the mean softmax."""
        return (self.total / self.passes).float()

    def terms(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return float32[images] for each of `feature_files.TERMS`.

        They are the mean entropy of a pass (nats), the share of passes that do not vote for the
        class with most votes, and the standard deviation of a class's probability (that of the
        passes themselves, not an estimate for more of them), as its mean over classes.
        """
        ratio = 1 - self.votes.amax(1).double() / self.passes
        mean = self.total / self.passes
        variance = (self.squares / self.passes - mean * mean).clamp(min=0)
        parts = self.entropy / self.passes, ratio, variance.sqrt().mean(1)
        return tuple(part.float() for part in parts)
