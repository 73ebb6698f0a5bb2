"""Mean, entropy and disagreement of several predictions for the same images."""

import torch


class Passes:
    """Sums over passes: the passes of Monte-Carlo dropout, or the members of an ensemble.

    Memory holds three matrices of a batch, whatever the number of passes. The terms are those of
    Gal, Islam and Ghahramani (2017), "Deep Bayesian Active Learning with Image Data", section 4.
    """

    def __init__(self, images: int, classes: int, device: torch.device):
        """Start with no pass over the images of a batch."""
        self.passes = 0
        # float64, since the variance is a small difference, which float32 would round to 0.
        self.total = torch.zeros(images, classes, dtype=torch.float64, device=device)
        self.squares = torch.zeros_like(self.total)
        self.votes = torch.zeros(images, classes, dtype=torch.int32, device=device)
        self.entropy = torch.zeros(images, dtype=torch.float64, device=device)

    def add(self, logits: torch.Tensor) -> None:
        """Add a pass, given its logits, float[images, classes]."""
        p = logits.double().softmax(1)
        best = p.argmax(1, keepdim=True)
        self.passes += 1
        self.total += p
        self.squares += p * p
        self.entropy += torch.special.entr(p).sum(1)
        self.votes.scatter_add_(1, best, torch.ones_like(best, dtype=torch.int32))

    def mean(self) -> torch.Tensor:
        """Return the mean softmax, float32[images, classes]."""
        return (self.total / self.passes).float()

    def terms(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return float32[images] for each of `feature_files.TERMS`.

        The first is the mean entropy of a pass (nats). The second is the share of passes that do
        not vote for the class with most votes. The third is the standard deviation over passes of
        a class's probability, averaged over classes (divided by the number of passes, not by one
        less).
        """
        ratio = 1 - self.votes.amax(1).double() / self.passes
        mean = self.total / self.passes
        variance = (self.squares / self.passes - mean * mean).clamp(min=0)
        parts = self.entropy / self.passes, ratio, variance.sqrt().mean(1)
        return tuple(part.float() for part in parts)
