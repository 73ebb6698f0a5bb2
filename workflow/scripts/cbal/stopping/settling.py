"""How far a model has settled: what it and the model before say of the same images.

The images are a sample of the pool, drawn once for each data set and seed. Those with an
individual label are left out, since a model that learned an image tells nothing by knowing it.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from cbal.pool.state import NONE, Pool
from cbal.randomness import generator
from cbal.stopping.rules import MEASURES
from cbal.storage.feature_files import to_batch, write_features
from cbal.storage.files import metadata_of, read_table
from cbal.strategies.support.probabilities import entropy

IMAGES = 2000  # as in Bloodgood and Vijay-Shanker 2009


def sample_of(pool: Pool, dataset: str, seed: int) -> np.ndarray:
    """Return int64[m], ascending: the images that predictions are compared on after a round.

    None if there is no model: no image has a label, or the round asked nothing. A pool that grows
    keeps the images that it had, but for those whose place a new one takes.

    Args:
        pool: after the round.
        dataset, seed: of the run, which decide the sample.
    """
    if pool.ended or not (pool.kind != NONE).any():
        return np.zeros(0, np.int64)
    places = generator(dataset, seed, 0, "stopping").random(int(pool.sample_id.max()) + 1)
    order = np.argsort(places[pool.sample_id], kind="stable")[:IMAGES]
    drawn = np.zeros(len(pool.sample_id), bool)
    drawn[order] = True
    return pool.sample_id[drawn & pool.unlabeled]


def write_predictions(
    path: Path, sample_id: np.ndarray, probability: np.ndarray | None, **keys: str | int
) -> None:
    """Write `predictions.parquet`.

    Args:
        path: of the file.
        sample_id: int64[m], see `sample_of`.
        probability: float32[m, classes] of the round's model; None without a sample.
        **keys: of the round.
    """
    rows = []
    if len(sample_id):
        rows = [to_batch(sample_id, None, probability, probability.shape[1])]
    write_features(path, rows, **keys)


def measure_rounds(predictions: Iterable[Path]) -> dict[int, dict[str, float | None]]:
    """Return what `measure` returns, from `predictions.parquet` of successive rounds."""
    return measure(sorted(map(_read, predictions), key=lambda said: said[0]))


def measure(said: Iterable[tuple[int, np.ndarray, np.ndarray]]) -> dict[int, dict]:
    """Return the measures of successive rounds, by their numbers.

    A round without predictions, in which nothing was asked, is left out. The first round has
    nothing to compare with.

    Args:
        said: of each round its number, int64[m] samples (ascending), and float32[m, classes].
    """
    measured, before = {}, None
    for round, *now in said:
        if len(now[0]):
            measured[round] = {**_compared(before, now), "uncertainty": uncertainty(now[1])}
        before = now
    return measured


def uncertainty(probability: np.ndarray) -> float | None:
    """Return the mean entropy as a share of the highest one, ln C (Zhu et al. 2010).

    Args:
        probability: float32[m, C], m > 0. With one class nothing is uncertain: None.
    """
    classes = probability.shape[1]
    return float(entropy(probability).mean() / np.log(classes)) if classes > 1 else None


def compare(before: np.ndarray, now: np.ndarray) -> dict[str, float | None]:
    """Return how the predictions of two successive models for the same m > 0 images differ.

    - `changed`: share of images with another label. No accuracy on these images, whatever their
      truth, differs by more.
    - `kappa`: agreement beyond chance (Cohen 1960; Bloodgood and Vijay-Shanker 2009); None where
      both models know one class alone, whose agreement says nothing.
    - `gain`: how much more often the later model is right, if its own probabilities are: the mean
      of that of its label less that of the earlier model's label. It is at most `changed`, and
      high rather than low, since the later model takes all that it changed for better.

    Args:
        before, now: float32[m, classes]; the later model may know more classes.
    """
    old, new = before.argmax(axis=1), now.argmax(axis=1)
    changed = float((old != new).mean())
    shares = [np.bincount(label, minlength=now.shape[1]) / len(now) for label in (old, new)]
    chance = float(shares[0] @ shares[1])
    rows = np.arange(len(now))
    gain = now[rows, new].astype(np.float64) - now[rows, old]
    kappa = None if chance >= 1 else (1 - changed - chance) / (1 - chance)
    return {"kappa": kappa, "changed": changed, "gain": float(gain.mean())}


def _compared(
    before: Sequence[np.ndarray] | None, now: Sequence[np.ndarray]
) -> dict[str, float | None]:
    """Return `compare` for the samples of both rounds; nothing known without such samples."""
    if before is not None:
        _, old, new = np.intersect1d(before[0], now[0], assume_unique=True, return_indices=True)
        if len(old):
            return compare(before[1][old], now[1][new])
    return dict.fromkeys(MEASURES[:3])


def _read(path: Path) -> tuple[int, np.ndarray, np.ndarray]:
    """Return round, samples and probabilities of a `predictions.parquet`."""
    table = read_table(path, ["sample_id", "probability"])
    sample_id = table["sample_id"].to_numpy()
    column = table["probability"].combine_chunks()
    probability = column.flatten().to_numpy().reshape(-1, column.type.list_size)
    return metadata_of(table)["round"], sample_id, probability
