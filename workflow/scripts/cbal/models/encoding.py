"""What encoders of texts are told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class How:
    """How texts are encoded.

    Attributes:
        dataset: name of the data set; chance depends on it.
        encoder: folder of the encoder's weights; None for one without.
        batch_size: texts in a batch; None lets the encoder decide.
        threads: threads of the CPU.
        gpu_jobs: jobs that share this machine's GPUs.
    """

    dataset: str
    encoder: Path | None = None
    batch_size: int | None = None
    threads: int = 1
    gpu_jobs: int = 1
