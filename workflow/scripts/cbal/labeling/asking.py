"""Make questions for a person from a query, and annotations from the answers."""

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa

from cbal.labeling.records import Question, Standing
from cbal.pool.parts import table_of
from cbal.pool.state import CLUSTER, INDIVIDUAL, NONE, Pool


def digest_of(groups: list[np.ndarray], files: list[str]) -> str:
    """Return a digest of a query's samples and their file names, which identifies the query.

    Args:
        groups: samples of each interaction.
        files: file names of the data set's samples, by `sample_id`.
    """
    whole = hashlib.sha256()
    for samples in groups:
        names = "\0".join(f"{sample} {files[sample]}" for sample in samples.tolist())
        whole.update(f"{names}\n".encode())
    return whole.hexdigest()


def context_of(
    pool: Pool | None,
    budget: int,
    rounds: int,
    steps: tuple[int, int] = (1, 1),
    more: str | None = None,
) -> dict[str, Any]:
    """Return the numbers that the page shows next to the questions of a step.

    Args:
        pool: pool before the step; None if there is no pool yet, as in the validation.
        budget: number of interactions of the whole run.
        rounds: number of rounds of the run.
        steps: position of the step in its round, and number of steps in the round.
        more: what another round would bring, in words (`cbal.stopping.rules`); None if not known.
    """
    kind = pool.kind if pool else np.zeros(0, np.int8)
    return {
        "budget": budget,
        "rounds": rounds,
        "position": steps[0],
        "steps": steps[1],
        "more": more,
        "images": len(kind),
        "interactions": pool.interactions if pool else 0,
        "individual": int((kind == INDIVIDUAL).sum()),
        "cluster": int((kind == CLUSTER).sum()),
    }


def questions_of(
    groups: list[np.ndarray],
    probability: np.ndarray | None,
    pool: Pool | None,
    verifies: bool = False,
) -> list[Question]:
    """Return the questions of a query, with hints for the person.

    The hint `guess` is the class with the highest probability, averaged over a cluster.
    The hint `earlier` summarises the labels that the images already have: the most frequent
    class, how many images have it, and how many images have a label. Where a label is
    verified it says so, and whether the image was labeled alone.

    Args:
        groups: samples of each interaction.
        probability: float32[shown samples, classes] in the order of `groups`; None if there is
            no model.
        pool: pool of the round before, with the cluster labels of that round; the pool before the
            step where it verifies labels.
        verifies: whether the step verifies labels.
    """
    questions, start = [], 0
    for samples in groups:
        hints: dict[str, Any] = {}
        if probability is not None and probability.shape[1]:
            mean = probability[start : start + len(samples)].mean(axis=0)
            guess = int(mean.argmax())
            hints["guess"] = {"label": guess, "probability": round(float(mean[guess]), 4)}
        if pool is not None:
            hints |= _earlier(samples, pool, verifies)
        questions.append(Question(samples, hints))
        start += len(samples)
    return questions


def _earlier(samples: np.ndarray, pool: Pool, verifies: bool) -> dict[str, Any]:
    """Return the hint `earlier`; no hint if none of the samples has a label."""
    row = np.searchsorted(pool.sample_id, samples)
    label = pool.label[row][pool.kind[row] != NONE]
    if not len(label):
        return {}
    count = np.bincount(label)
    modal = int(count.argmax())
    result = {"label": modal, "of": len(label), "count": int(count[modal])}
    if verifies:
        result |= {"doubted": True, "alone": bool((pool.kind[row] == INDIVIDUAL).all())}
    return {"earlier": result}


def annotations_of(kind: str, sizes: list[int], standing: Standing) -> pa.Table:
    """Return the answers of a step as the rows of `annotations.parquet`, with who gave them.

    The column `annotator` is null where a person gave no name.

    Args:
        kind: "individual" or "cluster".
        sizes: number of samples shown in each interaction.
        standing: answers of the step, one for every question and every part of split ones.
    """
    rows = [_row(kind, i, size, standing) for i, size in enumerate(sizes)]
    # In the order of their clusters, whichever was split first.
    numbers = [number for i in range(len(sizes)) for number in standing.parts_of(i)]
    parts = []
    for number in numbers:
        part = standing.parts[number]
        of = {"split_of": part.of, "split_samples": part.samples.tolist()}
        parts.append(_row(kind, number, len(part.samples), standing) | of)
    return table_of(rows, parts, pa.schema({"annotator": pa.string()}))


def _row(kind: str, interaction: int, size: int, standing: Standing) -> dict[str, Any]:
    """Return the answer to a question, or to a part, as a row of `annotations.parquet`."""
    answer = standing.answers[interaction]
    return {
        "interaction": interaction,
        "kind": kind,
        "size": size,
        "label": answer.label,
        "accepted": answer.label is not None,
        "seconds": standing.seconds[interaction],
        "excluded": list(answer.excluded) or None,
        "shown": size,
        "annotator": answer.annotator or None,
    }
