"""The register: which sample each file of a data set is, for ever.

Questions and answers name samples by number. The register is part of the journal, so that the
numbers mean the same files when files come or go, and when the data set is prepared again from
nothing but the files and the journal.
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
        name: of it, as in the index.
        split: "train", or "test" if it is of the validation.
    """

    name: str
    split: str


class Register(Journal):
    """The journal of a data set, with the files that its questions are about."""

    def files(self, index: Path | None = None) -> list[File]:
        """Return all files ever, by `sample_id`.

        Args:
            index: of the data set, for a journal that began without a register.

        Raises:
            InputError: there is a need for the index, and it cannot be read.
        """
        rows = [row[1:] for row in self._read("files", "ORDER BY sample")]
        if not rows and index is not None:
            table = read_table(index, ["source", "split"])
            rows = zip(table["source"].to_pylist(), table["split"].to_pylist())
        return [File(*row) for row in rows]

    def add_files(self, files: Sequence[File], anew: bool = False) -> None:
        """Add files after those that are there, or in their place (`anew`)."""
        with self._change():
            if anew:
                self._db.execute("DELETE FROM files")
            first = len(self.files())
            rows = [(i, f.name, f.split) for i, f in enumerate(files, start=first)]
            insert_sealed(self._db, "files", rows)

    def has_answers(self) -> bool:
        """Whether a person has answered anything, or put it off: then numbers do not change."""
        return bool(self._rows("SELECT 1 FROM events LIMIT 1"))

    def as_asked(self, run: tuple[str, int], round: int, train: np.ndarray) -> np.ndarray:
        """Return the training samples that a round's pool had when it was asked about.

        Files that came later have higher numbers: without them the round's questions are the
        same, from whatever is left of a run it is made again.

        Args:
            run: scenario and seed.
            round: of the run.
            train: int64[n], all training samples.
        """
        asked = [step for step in self.run_of(*run) if step.key[2] == round]
        return np.sort(train)[: asked[-1].context.get("images")] if asked else train

    def order_of(self, scenario: str, seed: int) -> list[int]:
        """Return the samples of a run's latest step, in the order they were shown; [] of none."""
        steps = self.run_of(scenario, seed)
        groups = self.groups(steps[-1].id) if steps else []
        return [sample for group in groups for sample in group.tolist()]
