"""Run the round with each toolkit several times, and report the results."""

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.processes import OF_JOBS, Usage, command, measure
from benchmarks.report import report
from benchmarks.toolkits import ours
from benchmarks.toolkits.data import as_arrays
from benchmarks.toolkits.task import Task
from cbal.errors import InputError
from cbal.log import say
from cbal.randomness import seed_of
from cbal.storage.files import read_table

STAGES = ("training", "evaluation", "prediction", "query")
OURS, BAAL, SKACTIVEML = "this workflow", "baal", "scikit-activeml"
HEAD = "this workflow, head alone"  # on fixed features, with pretrained weights
MODULES = {BAAL: "baal_round", SKACTIVEML: "skactiveml_round"}
Result = dict[str, float]


class Measurement:
    """Results of each way, one a repeat."""

    def __init__(self, arguments: argparse.Namespace, data: Path, classes: int, folder: Path):
        """Prepare the weights.

        Args:
            arguments: of the command line.
            data: folder of `write_data`.
            classes: of the data.
            folder: to work in.
        """
        self.arguments, self.data, self.classes, self.folder = arguments, data, classes, folder
        self.environment = {"OMP_NUM_THREADS": str(arguments.threads)}
        self.results: dict[str, list[Result]] = {OURS: [], BAAL: [], SKACTIVEML: []}
        self.weights = None
        if arguments.weights:
            self.weights = folder / "weights.safetensors"
            path = arguments.weights.absolute()
            fetch = {"architecture": "resnet18", "weights": path, "out": self.weights}
            self._run(command("fetch_weights", **fetch))
            self.results[HEAD] = []

    def repeat(self, seed: int) -> None:
        """Run the round with each toolkit from the same labels, in an order that changes."""
        folder = self.folder / f"seed-{seed}"
        task = self._task(folder, seed)
        ways = list(self.results)
        start = seed % len(ways)
        for way in ways[start:] + ways[:start]:
            result = self._measured(way, folder, task)
            result["rest"] = result["wall"] - sum(result.get(stage, 0) for stage in STAGES)
            self.results[way].append(result)
            say(f"{way}, repeat {seed + 1}: {result['wall']:.1f} s")
            if result["labeled"] != self.arguments.labels + self.arguments.query:
                raise InputError(f"{way}: {result['labeled']} labels after the round")

    def show(self) -> None:
        """Print the table, and how many of the same images the toolkits choose."""
        a = self.arguments
        title = (
            f"One round: ResNet-18 on {a.labels:,} labels, {a.image_size} pixels, {a.epochs} "
            f"epochs; {a.query:,} of {a.pool:,} images by entropy; {a.threads} threads; median "
            f"of {a.repeats}, in seconds"
        )
        report("toolkits", title, [self._row(way) for way in self.results])
        print("\nTest accuracy on the same images, lowest to highest of the repeats:")
        for way, results in self.results.items():
            values = [result["accuracy"] for result in results]
            print(f"- {way}: {min(values):.4f} to {max(values):.4f}")
        print(f"\nThe {a.query:,} images asked for, given the same probabilities:")
        for way, same in self._agreement().items():
            print(f"- {way}: {same:,} are those that this workflow asks for")

    def _task(self, folder: Path, seed: int) -> Task:
        """Give the first labels by the workflow's scripts, and return the task for all toolkits."""
        a = self.arguments
        for words in ours.first_labels(self.data, folder, seed, a.labels):
            self._run(words)
        labels, labeled = as_arrays(self.data, folder / "round-1" / "pool.parquet", folder)
        task = Task(
            images=f"{self.data}/images.npy",
            labels=str(labels),
            labeled=str(labeled),
            train=a.labels + a.pool,
            classes=self.classes,
            image_size=a.image_size,
            weights=str(self.weights) if self.weights else None,
            model_seed=seed_of(ours.DATASET, seed, 0, "initial"),
            seed=seed,
            epochs=a.epochs,
            batch_size=32,
            learning_rate=1e-3,
            momentum=0.9,
            weight_decay=5e-4,
            query=a.query,
            workers=a.threads,
        )
        task.write(folder / "task.json")
        return task

    def _measured(self, way: str, folder: Path, task: Task) -> Result:
        if way in MODULES:
            return self._toolkit(way, folder)
        if way == HEAD:
            own = folder / "head"
            shutil.copytree(folder / "round-1", own / "round-1")
            once = self._run(ours.encoding(self.data, own, task))
            commands = ours.round_of_a_head(self.data, own, task)
            return {"once": once.wall, **self._ours(own, commands)}
        result = self._ours(folder, ours.one_round(self.data, folder, task))
        extraction = read_table(folder / "round-2/timing-extraction.parquet")
        return result | {"prediction": extraction["seconds"][0].as_py()}

    def _ours(self, folder: Path, commands: dict[str, list[str]]) -> Result:
        measured = {name: self._run(words) for name, words in commands.items()}
        timing = read_table(folder / "round-1/timing.parquet").to_pylist()
        seconds = {row["stage"]: row["seconds"] for row in timing}
        pool = read_table(folder / "round-2" / "pool.parquet")
        return {
            **_total(list(measured.values())),
            "training": seconds["training"],
            "evaluation": seconds["evaluation"],
            # Whole processes, including their start.
            "query": sum(measured[name].wall for name in ours.STEPS),
            "accuracy": read_table(folder / "round-1/metrics.parquet")["test_accuracy"][0].as_py(),
            "labeled": len(pool) - pool["label"].null_count,
        }

    def _toolkit(self, way: str, folder: Path) -> Result:
        out = folder / f"{way}.json"
        module = f"benchmarks.toolkits.{MODULES[way]}"
        files = ["--task", f"{folder}/task.json", "--out", str(out)]
        usage = self._run([sys.executable, "-m", module, *files])
        return {**_total([usage]), **json.loads(out.read_text())}

    def _run(self, words: list[str]) -> Usage:
        of_jobs = {} if "-m" in words else OF_JOBS
        return measure(words, self.folder / "log", self.environment | of_jobs)

    def _row(self, way: str) -> dict[str, Any]:
        def middle(name: str, of: str = way) -> float | None:
            values = [result[name] for result in self.results[of] if name in result]
            return median(values) if values else None

        stages = {stage: middle(stage) for stage in (*STAGES, "rest")}
        return {
            "way": f"{way} {version(way)}" if way in MODULES else way,
            "once": middle("once"),
            "wall": middle("wall"),
            **stages,
            "CPU": middle("cpu"),
            "CPU of others": middle("others"),
            "peak memory, MiB": middle("peak"),
            "test accuracy": middle("accuracy"),
            "wall, ours = 1": middle("wall") / middle("wall", OURS),
        }

    def _agreement(self) -> dict[str, int]:
        """Return how many images of our query each toolkit chooses from our probabilities."""
        now = self.folder / f"seed-{self.arguments.repeats - 1}" / "round-2"
        features = read_table(now / "features.parquet", ["sample_id", "probability"])
        asked = read_table(now / "step-1-entropy" / "query.parquet")["sample_id"].to_numpy()
        sample_id = features["sample_id"].to_numpy()
        probabilities = np.array(features["probability"].to_pylist(), np.float32)
        return {
            way: len(np.intersect1d(sample_id[choose(probabilities, len(asked))], asked))
            for way, choose in _choosers().items()
        }


def _total(usages: list[Usage]) -> Result:
    """Return what processes took, one after the other."""
    sums = {name: sum(getattr(u, name) for u in usages) for name in ("wall", "cpu", "others")}
    return {**sums, "peak": max(usage.peak for usage in usages)}


def _choosers() -> dict[str, Callable[[np.ndarray, int], np.ndarray]]:
    """Return how the toolkits choose."""
    from benchmarks.toolkits import baal_round, skactiveml_round

    return {BAAL: baal_round.most_uncertain, SKACTIVEML: skactiveml_round.most_uncertain}
