"""Labels that exist already: read from a CSV file, and kept in the journal as individual labels."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbal.errors import InputError
from cbal.labeling import class_names
from cbal.labeling.answer_checks import LABEL
from cbal.labeling.asking import digest_of
from cbal.labeling.given import IMPORTED
from cbal.labeling.journal import Journal
from cbal.labeling.records import Question
from cbal.wording import counted

NEEDED = {"file", "label"}


def read_labels(path: Path, files: Sequence[str]) -> tuple[dict[int, str], int]:
    """Return the label of each sample in a CSV file, and the number of rows about other files.

    A row without a label says nothing. As in `labels.csv`, an apostrophe at the start of a cell is
    no part of a name.

    Args:
        path: CSV file with the columns file and label; others are not read.
        files: file names of the data set's samples, by `sample_id`.

    Raises:
        InputError: the file cannot be read, lacks a column, names no sample, or gives a sample two
            labels or an invalid one.
    """
    numbers = {name: sample for sample, name in enumerate(files)}
    found: dict[int, str] = {}
    others = 0
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if missing := NEEDED - set(rows.fieldnames or ()):
                raise InputError(f"{path}: no column {' or '.join(sorted(missing))}; add it")
            for row in rows:
                name, label = ((row[key] or "").removeprefix("'") for key in ("file", "label"))
                if not label:
                    continue
                label = class_names.tidy(label)
                if name not in numbers:
                    others += 1
                elif found.setdefault(numbers[name], label) != label:
                    raise ValueError(f"{name!r} has two labels; keep one")
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise InputError(f"{path}: {error}") from error
    if not found:
        raise InputError(f"{path}: none of its {counted(others, 'file')} is in the data set")
    return found, others


class Imports(Journal):
    """The journal of a data set, with labels that existed before anything was asked."""

    def keep(self, labels: dict[int, str], files: Sequence[str], path: Path) -> None:
        """Put labels into the journal as answers to a step of their own, once.

        Args:
            labels: name of the class of each sample.
            files: file names of the data set's samples, by `sample_id`.
            path: file of the labels, for errors.

        Raises:
            InputError: other labels were imported before, or a class's folder could be another's.
        """
        before = self.imported()
        if before and before != labels:
            raise InputError(
                f"{path}: other labels were imported before; set the file back, or give the data "
                "set another name under `datasets:`"
            )
        if before:
            return
        samples = sorted(labels)
        groups = [np.array([sample]) for sample in samples]
        questions = [Question(group) for group in groups]
        key, digest = (*IMPORTED, 0, "imported"), digest_of(groups, list(files))
        step = self.open_step(key, "individual", digest, {"images": len(files)}, questions)
        try:
            self._answer_all(step.id, [labels[sample] for sample in samples])
        except ValueError as error:
            raise InputError(f"{path}: {error}") from error
        self.close_step(step.id, grace=0)

    def imported(self) -> dict[int, str]:
        """Return the name that the class of each imported label had in the file."""
        names, labels = self.first_names(), {}
        for step in self.run_of(*IMPORTED):
            groups = self.groups(step.id)
            for interaction, answer in self.standing(step.id).answers.items():
                labels[int(groups[interaction][0])] = names[answer.label]
        return labels

    def _answer_all(self, step: int, names: Sequence[str]) -> None:
        """Answer all questions of a step, unless another job has; all together or none.

        Raises:
            ValueError: the folder of a class could be that of another one.
        """
        with self._change():
            if self.standing(step).answers:
                return
            numbers = {name: self._number_of(name) for name in dict.fromkeys(names)}
            for interaction, name in enumerate(names):
                self._insert_event(step, interaction, LABEL, numbers[name], (), 0.0, "import", None)
