"""A data set that is being labeled, with its server but without a workflow."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.labeling.asking import context_of, digest_of
from cbal.labeling.journal import Journal
from cbal.labeling.records import Question, Step
from cbal.labeling.web.lifetime import Home
from cbal.pool.state import initial
from cbal.storage.files import write_table
from cbal.storage.texts import write_texts
from tests.ports import own_port

SCRIPTS = Path(__file__).parents[1] / "workflow" / "scripts"


class Served:
    """A journal with steps, held as if jobs waited for their answers, and a server."""

    def __init__(
        self,
        folder: Path,
        files: Sequence[str],
        originals: Path | None = None,
        shown_by: Sequence[str | None] | None = None,
        texts: Sequence[str] | None = None,
    ):
        """Write the files that a server needs; `files` are the samples, by `sample_id`.

        Where samples are no images, `shown_by` are the files that show them, or `texts` are they.
        """
        self.folder, self.files, self.n = folder, list(files), len(files)
        self.home = Home(folder / "labeling")
        self.journal = Journal(self.home.journal)
        self._waiting, self._server = ExitStack(), None
        sample_id = np.arange(self.n)
        index = {"sample_id": sample_id, "split": ["train"] * self.n, "source": list(files)}
        if shown_by is not None:
            index["file"] = pa.array(shown_by, pa.string())
        write_table(folder / "index.parquet", pa.table(index), classes=[])
        self._images = [] if shown_by else ["--images", f"{folder}/images.npy"]
        if texts is not None:
            write_texts(folder / "texts.parquet", texts)
            self._images = ["--texts", f"{folder}/texts.parquet"]
        pixels = np.random.default_rng(0).integers(0, 256, (min(self.n, 5000), 8, 8, 3), np.uint8)
        np.save(folder / "images.npy", pixels)
        self.script = SCRIPTS / "serve_labels.py"
        self._originals = [str(originals)] if originals else []

    def ask(
        self,
        groups: Sequence[Sequence[int]],
        kind: str = "cluster",
        round: int = 1,
        hints: dict | None = None,
        budget: int = 100,
        steps: tuple[int, int] = (1, 1),
        made_from: dict[str, Path] | None = None,
    ) -> Step:
        """Open a step of a run, and wait for its answers until `hand_on`.

        Clusters can be split by the features that they are `made_from`; see `Home.wait_for`.
        """
        questions = [Question(np.array(group, np.int64), hints or {}) for group in groups]
        context = context_of(initial(np.arange(self.n)), budget, 3, steps)
        key = ("s", 0, round, f"{steps[0]}-{kind}")
        digest = digest_of([question.samples for question in questions], self.files)
        step = self.journal.open_step(key, kind, digest, context, questions)
        self._waiting.enter_context(self.home.wait_for(step.id, made_from or {}))
        return step

    def hand_on(self) -> None:
        """Close the answered steps, and stop waiting for answers."""
        self._waiting.close()
        for step in self.journal.open_steps():
            self.journal.close_step(step.id, 0)

    def hand_on_all(self) -> None:
        """Refuse all questions without an answer, and close the steps."""
        for step in self.journal.open_steps():
            done = self.journal.standing(step.id).answers
            for interaction in range(len(self.journal.sizes(step.id))):
                if interaction not in done:
                    self.journal.add(step.id, interaction, "refuse", "nobody")
        self.hand_on()

    def start(self, *more: str) -> str:
        """Start the server; return the page's address."""
        command = [sys.executable, str(self.script), "--title", "Some <b>images"]
        command += ["--home", str(self.home.folder), "--index", f"{self.folder}/index.parquet"]
        command += [*self._images, "--originals", *self._originals]
        command += ["--port", str(own_port()), "--owner", str(os.getpid()), *more]
        self.home.forget_address()
        self._server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not self.home.address:
            assert self._server.poll() is None, self._server.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return self.home.address

    @property
    def pid(self) -> int:
        """Of the server."""
        return self._server.pid

    def kill(self) -> None:
        """End the server as a crash would."""
        if self._server is not None:
            self._server.kill()
            self._server.communicate()
            self._server = None

    def close(self) -> None:
        """End everything."""
        self.kill()
        self._waiting.close()
        self.journal.close()
