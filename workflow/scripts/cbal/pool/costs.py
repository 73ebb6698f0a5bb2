"""Cost model: the seconds that an annotator takes for each sort of answer."""

from dataclasses import astuple, dataclass, fields

import numpy as np
import pyarrow as pa

from cbal.pool.annotations import of_clusters


@dataclass(frozen=True)
class Costs:
    """Seconds of each sort of answer; docs/annotators.md says where the defaults come from.

    Attributes:
        image: of a label for a single image.
        cluster: of a label for a cluster, whatever its size.
        per_shown_image: of each image of a cluster that the annotator looks at.
        per_taken_out: of each image that is taken out of a cluster.
        refusal: of a question without a label, in place of `image` or `cluster`.
    """

    image: float = 4.2
    cluster: float = 4.2
    per_shown_image: float = 0.23
    per_taken_out: float = 0.8
    refusal: float = 4.2


NAMES = tuple(field.name for field in fields(Costs))


def work_of(annotations: pa.Table) -> np.ndarray:
    """Return float64[interactions, 5], how often an answer has each of the `Costs`.

    Args:
        annotations: columns kind, size, label, excluded, shown. A file of an earlier version may
            lack the last two: then nothing was taken out, and all images were looked at.
    """
    n, there = len(annotations), annotations.column_names
    clustered = of_clusters(annotations)
    labeled = np.array([label is not None for label in annotations["label"].to_pylist()], bool)
    shown = np.array(annotations["shown" if "shown" in there else "size"].to_pylist(), np.float64)
    out = annotations["excluded"].to_pylist() if "excluded" in there else [None] * n
    taken_out = [len(samples or ()) for samples in out]
    columns = [labeled & ~clustered, labeled & clustered, clustered * shown, taken_out, ~labeled]
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def seconds_of(work: np.ndarray, costs: Costs) -> np.ndarray:
    """Return float64[...], the seconds of work float64[..., 5]."""
    return work @ np.array(astuple(costs))


def with_seconds(annotations: pa.Table, costs: Costs) -> pa.Table:
    """Return the annotations with the seconds that a cost model says."""
    seconds = pa.array(seconds_of(work_of(annotations), costs), pa.float32())
    at = annotations.column_names.index("seconds")
    return annotations.set_column(at, annotations.schema.field("seconds"), seconds)


def costs_from(text: str) -> Costs:
    """Return the costs from numbers that are joined by commas, in the order of `Costs`.

    Raises:
        ValueError: there are not five numbers.
    """
    numbers = [float(number) for number in text.split(",")]
    return Costs(**dict(zip(NAMES, numbers, strict=True)))
