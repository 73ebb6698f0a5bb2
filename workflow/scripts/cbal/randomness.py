"""Random generators: one for each combination of dataset, seed, round and stage."""

import hashlib

import numpy as np


def seed_of(dataset: str, seed: int, round: int, stage: str) -> int:
    """Return the 63-bit seed of a stage.

    The scenario is left out on purpose: so all scenarios of a seed start from the
    same initial weights and draw the same random samples in round 1.
    """
    key = f"{dataset}\0{seed}\0{round}\0{stage}".encode()
    return int.from_bytes(hashlib.sha256(key).digest()[:8], "big") >> 1


def generator(dataset: str, seed: int, round: int, stage: str) -> np.random.Generator:
    """Return the NumPy generator of a stage."""
    return np.random.default_rng(seed_of(dataset, seed, round, stage))


def of_member(stage: str, member: int) -> str:
    """Return the name of a stage for a member of an ensemble; member 0 is the model itself."""
    return f"{stage} member-{member}" if member else stage
