"""Figure 1: clusters as the annotator sees them."""

from collections.abc import Sequence
from textwrap import fill, shorten

import numpy as np
import pyarrow as pa
from matplotlib.figure import Figure, SubFigure
from matplotlib.offsetbox import AnchoredOffsetbox, TextArea, VPacker

from cbal.data.showing import Showing
from cbal.data.texts_shown import ShownTexts
from cbal.results.figures.style import set_style
from cbal.wording import counted

SIDE = 6  # images along a side of a cluster's grid
MOST = 3  # clusters in a row
LINES = 4  # texts of a cluster
UNDER_WORDS = 3  # of a cluster whose own words are above them
LETTERS = 90  # of a text

# Columns of a table by their names.
Arrays = dict[str, np.ndarray]


def arrays_of(table: pa.Table) -> Arrays:
    """Return the columns of a table; numbers with nulls become floats, and nulls NaN."""
    return {name: column.to_numpy() for name, column in table.to_pandas().items()}


def gallery_figure(
    query: Arrays,
    annotations: Arrays,
    images: np.ndarray | Showing | ShownTexts,
    classes: list[str],
    title: str,
    telling: Sequence[Sequence[str]] | None = None,
) -> Figure:
    """Return Figure 1: accepted clusters with their labels above, refused clusters below.

    A grid shows images of a cluster, at even steps from the nearest to the centroid to the
    farthest.

    Args:
        query: columns interaction, sample_id and score of a cluster step.
        annotations: columns interaction, size, label and accepted of the same step.
        images: uint8[N, H, W, C], or what shows samples that are no images.
        classes: class names.
        title: title of the data set.
        telling: for each interaction, the words that tell its cluster from the others.
    """
    set_style()
    rows = [(kind, part) for kind, part in _chosen(annotations).items() if len(part)]
    if not rows:
        figure = Figure(figsize=(7.2, 1))
        figure.suptitle(f"{title}: no cluster was shown in this round")
        return figure
    figure = Figure(figsize=(7.2, 2.75 * len(rows) + 0.4), layout="constrained")
    figure.suptitle(f"{title}: clusters shown to the annotator")
    for row, (kind, part) in zip(np.atleast_1d(figure.subfigures(len(rows), 1)), rows):
        row.suptitle(kind, fontsize="medium")
        for column, at in zip(np.atleast_1d(row.subfigures(1, MOST)), part):
            answer = {name: values[at] for name, values in annotations.items()}
            shown = np.flatnonzero(query["interaction"] == answer["interaction"])
            by_score = shown[np.argsort(query["score"][shown], kind="stable")]
            label = f"“{classes[int(answer['label'])]}”" if answer["accepted"] else ""
            content = images[query["sample_id"][_at_even_steps(by_score)]]
            noun = "image"
            if isinstance(content, list):
                noun = "sample" if telling is None else "text"
                _lines(column, content, telling and telling[int(answer["interaction"])])
            else:
                _grid(column, content)
            column.supxlabel(_caption(label, counted(answer["size"], noun)), fontsize="medium")
    return figure


def _caption(label: str, size: str) -> str:
    """Return the text below a cluster, on two lines if one is too narrow."""
    caption = f"{label}, {size}" if label else size
    if len(caption) <= LETTERS // 3:
        return caption
    return f"{shorten(label, LETTERS // 3)}\n{size}"


def _chosen(annotations: Arrays) -> dict[str, np.ndarray]:
    """Return the rows of the largest clusters, accepted (one for each label) and refused."""
    by_size = np.lexsort((annotations["interaction"], -annotations["size"]))
    is_accepted = annotations["accepted"][by_size]
    accepted, refused = by_size[is_accepted], by_size[~is_accepted]
    _, first = np.unique(annotations["label"][accepted], return_index=True)
    return {
        "accepted, with their label": accepted[np.sort(first)][:MOST],
        "refused": refused[:MOST],
    }


def _at_even_steps(rows: np.ndarray) -> np.ndarray:
    """Return at most SIDE x SIDE of the rows, at even steps."""
    n = min(len(rows), SIDE * SIDE)
    return rows[np.linspace(0, len(rows) - 1, n).round().astype(int)]


def _lines(panel: SubFigure, texts: list[str], telling: Sequence[str] | None = None) -> None:
    """Write the beginnings of some texts below one another, below the words of their cluster."""
    some = texts[:: -(-len(texts) // (LINES if telling is None else UNDER_WORDS))]
    lines = [shorten(text, LETTERS, placeholder=" …") or text[:LETTERS] for text in some]
    plain = {"fontsize": "x-small", "parse_math": False}
    areas = [TextArea(fill(line, LETTERS // 3), textprops=plain) for line in lines]
    if telling:
        words = fill(", ".join(shorten(word, LETTERS // 3) for word in telling), LETTERS // 3)
        areas.insert(0, TextArea(words, textprops={**plain, "fontweight": "bold"}))
    ax = panel.subplots()
    below = VPacker(children=areas, pad=0, sep=5)
    ax.add_artist(AnchoredOffsetbox("upper left", child=below, pad=0, borderpad=0, frameon=False))
    ax.set_axis_off()


def _grid(panel: SubFigure, images: np.ndarray) -> None:
    """Draw images in a grid as one picture; empty places at the end stay white."""
    n, height, width, channels = images.shape
    gap = max(1, height // 8)
    mosaic = np.full((SIDE * SIDE, height + gap, width + gap, channels), 255, np.uint8)
    mosaic[:n, :height, :width] = images
    grid = mosaic.reshape(SIDE, SIDE, height + gap, width + gap, channels).swapaxes(1, 2)
    whole = grid.reshape(SIDE * (height + gap), SIDE * (width + gap), channels)
    ax = panel.subplots()
    ax.imshow(whole.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    ax.set_axis_off()
