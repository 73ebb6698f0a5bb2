"""Runs whose answers a simulated person gives on the page."""

import threading

import annotate_by_hand
import gather_known
from cbal.labeling.web.lifetime import Home
from tests.cli.stages import Run
from tests.people import Expert
from tests.ports import own_port


class ByHand(Run):
    """A run whose answers a simulated person gives on the page."""

    expert, cookie = Expert, ""

    def annotate(self, keys, asked, answered, earlier):
        home = Home(self.folder / "labeling")
        command = [*keys, "--query", str(asked), "--pool", str(self.pool), *self.labels]
        command += ["--queries", *earlier[0], "--annotations", *earlier[1]]
        features = self.folder / f"features-{keys[keys.index('--round') + 1]}.parquet"
        command += ["--features", *([str(features)] if self.model else [])]
        command += ["--features-to-split", *([str(features)] if features.exists() else [])]
        command += ["--index", self.file("index"), "--images", f"{self.data}/images.npy"]
        command += ["--journal", str(home.folder), "--classes", '["bright", "dark", "medium"]']
        command += ["--title", "Tiny", "--budget", "24", "--rounds", "2", "--port", str(own_port())]
        command += ["--steps", str(len(earlier[0]) + 1), "2"]
        command += ["--grace", "0.3", "--out", str(answered)]
        job = threading.Thread(target=annotate_by_hand.main, args=(command,))
        job.start()
        while not home.address:
            assert job.is_alive()
        expert = self.expert(home.address, home.folder, self.data / "truth.parquet")
        expert.cookie = self.cookie
        self.answered = expert.work(lambda: not job.is_alive())
        self.cookie = expert.cookie
        expert.journal.close()

    def file(self, name):
        """Training uses the labels that a person gave, not the true ones."""
        if name != "truth":
            return super().file(name)
        known = self.pool.with_name("known.parquet")
        latest = sorted(self.pool.parent.glob("*/annotations.parquet"))[-1]
        gather_known.main(
            [*self.keys(self.pool.parent.name.split("-")[1]), "--index", self.file("index")]
            + ["--query", "--validation", "--latest", str(latest), "--out", str(known)]
        )
        return str(known)


class Hasty(Expert):
    """A person who errs in the last answer of the first step, and corrects it in the second."""

    sees = False

    def say(self, step, interaction):
        said = super().say(step, interaction)
        first = self.journal.step(step).key[3].startswith("1")
        if first and interaction == len(self.journal.sizes(step)) - 1 and not self.sees:
            return {"action": "refuse"}
        return said

    def post(self, path, **said):
        status, view = super().post(path, **said)
        if view.get("view") != "question" or self.sees:
            return status, view
        if not self.journal.step(view["step"]).key[3].startswith("2"):
            return status, view
        self.sees = True
        return super().post("/undo", step=view["step"])


class Mended(ByHand):
    expert = Hasty
