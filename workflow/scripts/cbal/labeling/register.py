"""The register: the permanent `sample_id` of each file of a data set.

Questions and answers name samples by number. The register is a part of the journal, so that the
numbers keep their meaning when files are added or removed, and when the data set is prepared
again and only its files and the journal are left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cbal.labeling.checksums import insert_sealed
from cbal.labeling.journal import Journal
from cbal.storage.files import read_table


@dataclass(frozen=True)
class File:
    """A file of a data set.

    Attributes:
        name: name of the file, as in the index.
        split: "train", or "test" for a file of the validation.
    """

    name: str
    split: str


class Register(Journal):
    """The journal of a data set, with the list of its files."""

    def files(self, index: Path | None = None) -> list[File]:
        """Return all files that the data set has ever had, by `sample_id`.

        Args:
            index: index of the data set, for journals that have no register.

        Raises:
            InputError: the journal has no register, and the index cannot be read.
        """
        rows = [row[1:] for row in self._read("files", "ORDER BY sample")]
        if not rows and index is not None:
            table = read_table(index, ["source", "split"])
            rows = zip(table["source"].to_pylist(), table["split"].to_pylist())
        return [File(*row) for row in rows]

    def add_files(self, files: Sequence[File], anew: bool = False) -> None:
        """Add files to the register; with `anew` replace all that it has."""
        with self._change():
            if anew:
                self._db.execute("DELETE FROM files")
            first = len(self.files())
            rows = [(i, f.name, f.split) for i, f in enumerate(files, start=first)]
            insert_sealed(self._db, "files", rows)

    def has_answers(self) -> bool:
        """Return whether a question was answered or skipped; then numbers must not change."""
        return bool(self._rows("SELECT 1 FROM events LIMIT 1"))

    def as_asked(self, run: tuple[str, int], round: int, train: np.ndarray) -> np.ndarray:
        """Return the training samples that the pool had when a round's questions were asked.

        Files that were added later have higher numbers. Without them a round that is computed
        again asks the same questions.

        Args:
            run: scenario and seed.
            round: number of the round.
            train: int64[n], all training samples.
        """
        asked = [step for step in self.run_of(*run) if step.key[2] == round]
        return np.sort(train)[: asked[-1].context.get("images")] if asked else train

    def order_of(self, scenario: str, seed: int) -> list[int]:
        """Return the samples of a run's latest step, in the order shown; [] without a step."""
        steps = self.run_of(scenario, seed)
        groups = self.groups(steps[-1].id) if steps else []
        return [sample for group in groups for sample in group.tolist()]
