"""What the latest model says of images: probabilities from the files of the last finished round."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.errors import InputError
from cbal.learning.linear_head import load_heads
from cbal.storage.encoded import open_encoded
from cbal.storage.files import read_table
from cbal.storage.paths import PREDICTIONS, ROUND_FOLDER, RUN_FOLDER

HEADS, ENCODED = "model.safetensors", "encoded/features.npy"


class Predicted:
    """Probabilities of the images of a data set, read again when a round has brought others."""

    def __init__(self, results: Path, images: int):
        """Read nothing yet.

        Args:
            results: folder of the data set's results.
            images: number N of its images.
        """
        self._results, self._images = results, images
        self._read: tuple[tuple, np.ndarray | None] = ((), None)

    def __call__(self, scenario: str, seed: int, round: int) -> np.ndarray | None:
        """Return float32[N, classes], NaN where the latest model was not asked.

        None without a model. A file that is being removed, as temporary ones are, is passed over.

        Args:
            scenario, seed: of the run.
            round: the latest round that has asked.
        """
        run = self._results.parent / RUN_FOLDER.format(
            dataset=self._results.name, scenario=scenario, seed=seed
        )
        for number in range(round, 0, -1):
            here, after = (run / ROUND_FOLDER.format(round=n) for n in (number, number + 1))
            files = [after / "features.parquet", here / "probabilities.parquet"]
            files = [file for file in (*files, here / PREDICTIONS) if file.exists()]
            heads = here / HEADS
            fixed = heads.exists() and (self._results / ENCODED).exists()
            key = tuple((str(it), it.stat().st_mtime_ns) for it in [*files, heads] if it.exists())
            if not files and not fixed:
                continue
            if key != self._read[0]:
                self._read = key, self._by_heads(heads) if fixed else self._from(files)
            if self._read[1] is not None:
                return self._read[1]
        return None

    def _by_heads(self, heads: Path) -> np.ndarray | None:
        """Return the mean of a round's heads for all images; None if the files do not fit."""
        try:
            features = open_encoded(self._results / ENCODED, self._images)[: self._images]
            return np.mean([head.probabilities(features) for head in load_heads(heads)], axis=0)
        except (InputError, ValueError):
            return None

    def _from(self, files: Sequence[Path]) -> np.ndarray | None:
        """Return what files of a model say; the first one that knows an image counts."""
        known: np.ndarray | None = None
        for file in files:
            try:
                table = read_table(file, ["sample_id", "probability"])
            except InputError:
                continue
            column = table["probability"].combine_chunks()
            if not len(table) or column.null_count or not isinstance(column, pa.FixedSizeListArray):
                continue
            values = column.flatten().to_numpy(zero_copy_only=False).reshape(len(table), -1)
            if known is None:
                known = np.full((self._images, values.shape[1]), np.nan, np.float32)
            sample_id = table["sample_id"].to_numpy()
            new = (sample_id < self._images) & (values.shape[1] == known.shape[1])
            new &= np.isnan(known[np.minimum(sample_id, self._images - 1), 0])
            known[sample_id[new]] = values[new]
        return known
