"""The rounds of one run on fixed features, by the scripts of the workflow in this process."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import annotate
import init_pool
import join_neighbours
import query
import train_head
import update_pool
import weigh_labels
from cbal.storage.columns import ITSELF, OF_A_HEAD
from cbal.storage.paths import METRICS, PREDICTIONS
from orchestration.planning.annotators import by_kind, joined_costs
from orchestration.planning.shares import shares
from orchestration.planning.strategies import strategies_of
from orchestration.planning.training import FORGIVING, training_of

Config = dict[str, Any]
Words = list[str]


@dataclass(frozen=True)
class Sources:
    """Files of a data set that its runs share.

    Attributes:
        index: `index.parquet`; its split `split` is tested on.
        truth: `truth.parquet`.
        encoded: features of all samples.
        neighbours: folder for the neighbours along which labels are propagated.
        split: test or validation.
        threads: of each stage.
    """

    index: Path
    truth: Path
    encoded: Path
    neighbours: Path
    split: str
    threads: int

    def joined(self, dataset: str, neighbours: int) -> Path:
        """Return the file of the neighbours of all training samples, which is made once."""
        out = self.neighbours / f"neighbours-{neighbours}.parquet"
        if not out.exists():
            files = {"index": self.index, "encoded": self.encoded, "threads": self.threads}
            line = words(dataset=dataset, neighbours=neighbours, **files, out=out)
            join_neighbours.main(line)
        return out


def words(**flags: Any) -> Words:
    """Return a command line: a flag for each keyword, and its value, or nothing after it."""
    line = []
    for name, value in flags.items():
        line.append(f"--{name.replace('_', '-')}")
        values = value if isinstance(value, list | tuple) else [] if value is None else [value]
        line += [json.dumps(v, sort_keys=True) if isinstance(v, dict) else str(v) for v in values]
    return line


class Run:
    """The rounds of one run, whose files are in a folder."""

    def __init__(self, config: Config, sources: Sources, keys: Config, folder: Path):
        """Write the pool of round 0."""
        self.config, self.sources, self.keys, self.folder = config, sources, keys, folder
        self.scenario = config["scenarios"][keys["scenario"]]
        self.strategies = strategies_of(config)
        self.training = training_of(config, keys["dataset"], keys["scenario"])
        self.queries: list[Path] = []
        self.answers: list[Path] = []
        self.pool = folder / "pool-0.parquet"
        init_pool.main(
            words(
                **keys,
                index=sources.index,
                interactions=config["datasets"][keys["dataset"]]["interactions"],
                out=self.pool,
            )
        )

    def round(self, number: int) -> None:
        """Compute a round: all steps, the pool, the head."""
        folder, before = self.folder / f"round-{number}", self.pool
        known = self.folder / f"round-{number - 1}/probabilities.parquet"
        probabilities = known if number > 1 else None
        queries: list[Path] = []
        answers: list[Path] = []
        for place in range(len(self.scenario["steps"])):
            step = self._step(number, place, folder, probabilities, (queries, answers))
            queries.append(step / "query.parquet")
            answers.append(step / "annotations.parquet")
        pseudo = self.scenario["pseudo_labels"] if number > 1 else None
        self.pool = folder / "pool.parquet"
        update_pool.main(
            words(
                **self.keys,
                round=number,
                pool=before,
                queries=queries,
                annotations=answers,
                cluster_labels=self.scenario["cluster_labels"],
                features=probabilities if pseudo else None,
                pseudo_labels=[pseudo["threshold"], pseudo["decay"]] if pseudo else [],
                out=self.pool,
            )
        )
        self.queries += queries
        self.answers += answers
        self._learn(number, folder)

    def _step(
        self,
        number: int,
        place: int,
        folder: Path,
        probabilities: Path | None,
        earlier: tuple[list[Path], list[Path]],
    ) -> Path:
        """Make the query of a step and answer it; return the folder of both."""
        step = self.scenario["steps"][place]
        strategy = self.strategies[step["strategy"]]
        name = f"{place + 1}-{step['strategy']}"
        keys = words(**self.keys, round=number, step=name)
        wants = strategy.wants.get(step["settings"].get("space"), ())
        by_yield = self.scenario["ask_clusters"] == "while_they_pay"
        looks_back = by_yield or "history" in strategy.needs
        of_a_head = OF_A_HEAD & {*strategy.needs, *wants}
        cold = self.scenario["cold_start"] if number == 1 and of_a_head else None
        looks = {"features", "labeled_features"} & {*strategy.needs} or cold == "centroid"
        asked = folder / f"step-{name}/query.parquet"
        query.main(
            keys
            + words(
                pool=self.folder / f"round-{number - 1}/pool.parquet" if number > 1 else self.pool,
                queries=earlier[0],
                annotations=earlier[1],
                past_queries=self.queries if looks_back else [],
                past_annotations=self.answers if looks_back else [],
                features=probabilities if of_a_head else None,
                encoded=self.sources.encoded if looks else None,
                strategy=strategy.address,
                needs=strategy.needs,
                wants=wants,
                cold_start=ITSELF if cold and strategy.cold else cold,
                kind=strategy.kind,
                interactions=self._shares(number)[place],
                unless_they_pay=self._shares(number, False)[place]
                if by_yield and number > 1
                else None,
                cluster_labels=self.scenario["cluster_labels"],
                settings=step["settings"],
                threads=self.sources.threads,
                out=asked,
            )
        )
        self._answer(keys, asked)
        return asked.parent

    def _shares(self, number: int, clusters: bool = True) -> list[int]:
        """Return the interactions of each step in a round."""
        return shares(self.config, self.keys["dataset"], self.keys["scenario"], number, clusters)

    def _answer(self, keys: Words, asked: Path) -> None:
        """Let the scenario's oracle answer a query."""
        oracle = self.scenario["oracle"]
        confusion = by_kind(oracle["confusion"])
        line = words(
            query=asked,
            truth=self.sources.truth,
            purity=oracle["purity"],
            view=oracle["view"],
            view_way=oracle["view_way"],
            error_rates=list(by_kind(oracle["error_rate"]).values()),
            image_confusion=confusion["image"],
            cluster_confusion=confusion["cluster"],
            abstains=oracle["abstains"],
            asked_again=oracle["asked_again"],
            costs=joined_costs(self.config),
            out=asked.parent / "annotations.parquet",
        )
        annotate.main(keys + line + (["--takes-out"] if oracle["takes_out"] else []))

    def _learn(self, number: int, folder: Path) -> None:
        """Weigh the labels of a round if the scenario says so, fit the head and measure it."""
        sieve, propagation = self.scenario["sieve"], self.scenario["label_propagation"]
        learned = self.pool
        if sieve or propagation:
            learned = folder / "learned.parquet"
            l2 = sieve and (sieve["l2"] or self.training["l2"])
            k = propagation and propagation["neighbours"]
            weigh_labels.main(
                words(
                    **self.keys,
                    round=number,
                    pool=self.pool,
                    encoded=self.sources.encoded,
                    sieve=sieve and sieve | {"l2": l2},
                    propagation=propagation,
                    neighbours=k and self.sources.joined(self.keys["dataset"], k),
                    threads=self.sources.threads,
                    out=learned,
                )
            )
        forgiving = {key: self.training[key] for key in FORGIVING if self.training[key]}
        fit_head(
            self.sources,
            self.keys | {"round": number},
            self.training["l2"],
            folder,
            pool=learned,
            forgiving=forgiving or None,
            members=self.scenario["members"],
            predictions=folder / PREDICTIONS,
            probabilities=folder / "probabilities.parquet",
        )


def fit_head(sources: Sources, keys: Config, l2: float, folder: Path, **more: Any) -> None:
    """Call the stage that fits a head and measures it."""
    train_head.main(
        words(
            **keys,
            index=sources.index,
            truth=sources.truth,
            encoded=sources.encoded,
            l2=l2,
            split=sources.split,
            metrics=folder / METRICS,
            timing=folder / "timing.parquet",
            model=folder / "model.safetensors",
            **more,
        )
    )
