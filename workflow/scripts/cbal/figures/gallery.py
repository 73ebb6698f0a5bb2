"""Figure 1: clusters as the annotator sees them."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure, SubFigure

from cbal.figures.style import set_style

SIDE = 6  # images along a side of a cluster's grid
MOST = 3  # clusters of each kind


def gallery_figure(
    query: pd.DataFrame,
    annotations: pd.DataFrame,
    images: np.ndarray,
    classes: list[str],
    title: str,
) -> Figure:
    """Return Figure 1: accepted clusters with their label above, refused ones below.

    A grid holds images at even steps from the nearest to the centroid to the farthest.

    Args:
        query: interaction, sample_id, score of a cluster step.
        annotations: interaction, size, label, accepted of the same step.
        images: uint8[N, H, W, C].
        classes: class names.
        title: of the data set.
    """
    set_style()
    rows = [(kind, part) for kind, part in _chosen(annotations) if len(part)]
    if not rows:
        figure = plt.figure(figsize=(7.2, 1))
        figure.suptitle(f"{title}: no cluster was shown in this round")
        return figure
    figure = plt.figure(figsize=(7.2, 2.75 * len(rows) + 0.4), layout="constrained")
    figure.suptitle(f"{title}: clusters shown to the annotator")
    for row, (kind, part) in zip(np.atleast_1d(figure.subfigures(len(rows), 1)), rows):
        row.suptitle(kind, fontsize="medium")
        columns = np.atleast_1d(row.subfigures(1, MOST))
        for column, answer in zip(columns, part.itertuples()):
            shown = query[query["interaction"] == answer.interaction].sort_values("score")
            label = f"“{classes[int(answer.label)]}”, " if answer.accepted else ""
            _grid(column, images[_spread(shown["sample_id"].to_numpy())])
            column.supxlabel(f"{label}{answer.size} images", fontsize="medium")
    return figure


def _chosen(annotations: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the largest clusters of each kind; accepted ones have different labels."""
    by_size = annotations.sort_values(["size", "interaction"], ascending=[False, True])
    accepted = by_size[by_size["accepted"]].drop_duplicates("label")
    refused = by_size[~by_size["accepted"]]
    return [("accepted, with their label", accepted[:MOST]), ("refused", refused[:MOST])]


def _spread(sample_id: np.ndarray) -> np.ndarray:
    """Return at most SIDE x SIDE samples at even steps."""
    n = min(len(sample_id), SIDE * SIDE)
    return sample_id[np.linspace(0, len(sample_id) - 1, n).round().astype(int)]


def _grid(panel: SubFigure, images: np.ndarray) -> None:
    """Draw images side by side as one picture; missing ones at the end stay white."""
    n, height, width, channels = images.shape
    gap = max(1, height // 8)
    mosaic = np.full((SIDE * SIDE, height + gap, width + gap, channels), 255, np.uint8)
    mosaic[:n, :height, :width] = images
    grid = mosaic.reshape(SIDE, SIDE, height + gap, width + gap, channels).swapaxes(1, 2)
    whole = grid.reshape(SIDE * (height + gap), SIDE * (width + gap), channels)
    ax = panel.subplots()
    ax.imshow(whole.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    ax.set_axis_off()
