"""What each stopping rule would have spent and missed, from the metrics of sweeps.

PYTHONPATH=workflow/scripts python -m benchmarks.stopping results/sweeps/demo/metrics.parquet
PYTHONPATH=workflow/scripts python -m benchmarks.stopping docs/reproduction   an archive
PYTHONPATH=workflow/scripts python -m benchmarks.stopping   without a sweep: digits, in this process

Of a sweep nothing is trained. A rule is applied to finished runs, and the budget at which it stops
is compared with the one from which the accuracy stays at the goal. Runs without predictions, as
archives from before the rules have, are named and left out.
"""

import argparse
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import annotators
from cbal.errors import InputError
from cbal.learning.linear_head import LinearHead, fit
from cbal.pool.oracle import Oracle
from cbal.results import markdown
from cbal.results.gathering import gather
from cbal.results.goals import WITHIN, goals_of, reached
from cbal.stopping.rules import MEASURES, RULES, Rule
from cbal.stopping.settling import measure, sample_of
from cbal.storage.paths import BASELINE

RUN = ["dataset", "scenario", "seed"]
HEADS = ["data set", "scenario", "rule", "stops", "too early", "interactions", "after the goal"]
HEADS += ["accuracy missed"]
WORDS = HEADS[:3]


def read(paths: Sequence[Path]) -> pd.DataFrame:
    """Return the rows of files of metrics, and of those in folders such as archives."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    metrics = gather(sorted(file for file in files if file.suffix == ".parquet")).to_pandas()
    for name in MEASURES:
        if name not in metrics:
            metrics[name] = np.nan
    return metrics.drop_duplicates([*RUN, "round"])


def digits(seeds: int, rounds: int) -> pd.DataFrame:
    """Return metrics of rounds on scikit-learn's digits, by the loop of `benchmarks.annotators`."""
    data, rows = annotators.load_digits(), []
    head = fit(data.features[data.train], data.truth[data.train], annotators.CLASSES, data.l2)
    keys = {"dataset": "digits", "scenario": BASELINE, "seed": 0, "round": 0}
    rows.append({**keys, "interactions": len(data.train), "test_accuracy": _tested(data, head)})
    for scenario, seed in product(annotators.SCENARIOS, range(seeds)):
        said, accuracies = [], []
        for pool, head, _ in annotators.states_of(data, scenario, Oracle(), seed, rounds):
            ids = sample_of(pool, "digits", seed)
            said.append((pool.round, ids, head.probabilities(data.features[ids])))
            accuracies.append((pool.interactions, _tested(data, head)))
        measured = measure(said)
        for round, (interactions, accuracy) in enumerate(accuracies, start=1):
            keys = {"dataset": "digits", "scenario": scenario, "seed": seed, "round": round}
            found = {"interactions": interactions, "test_accuracy": accuracy}
            rows.append(keys | found | measured.get(round, {}))
    return pd.DataFrame(rows)


def _tested(data: annotators.Data, head: LinearHead) -> float:
    said = head.probabilities(data.features[data.test]).argmax(axis=1)
    return float((said == data.truth[data.test]).mean())


def stop_of(run: pd.DataFrame, rule: Rule) -> int | None:
    """Return the place of the round after which a rule stops; None if it does not.

    Args:
        run: rounds of one run, in their order.
        rule: the rule.
    """
    rows = run[list(MEASURES)].astype(object)
    measured = rows.where(rows.notna(), None).to_dict("records")
    return next((n - 1 for n in range(1, len(run) + 1) if rule.stops(measured[:n])), None)


def judge(run: pd.DataFrame, rule: Rule, goal: float) -> dict[str, float]:
    """Return what a rule does to one run.

    Args:
        run: rounds of one run, in their order.
        rule: the rule.
        goal: accuracy to reach.

    Returns:
        stops (0 or 1); interactions at the stop, or at the end without one; after: how many more
        than the goal needed (NaN if the run never reached it); early: whether it stops below the
        goal; missed: accuracy at the end of the run less that at the stop.
    """
    place = stop_of(run, rule)
    at = run.iloc[-1 if place is None else place]
    budget, accuracy = run["interactions"].to_numpy(float), run["test_accuracy"].to_numpy()
    needed = reached(budget, accuracy, goal)
    early = place is not None and not at["interactions"] >= needed
    return {
        "stops": float(place is not None),
        "interactions": at["interactions"],
        "after": at["interactions"] - needed,
        "early": float(early),
        "missed": accuracy[-1] - at["test_accuracy"],
    }


def table(metrics: pd.DataFrame, within: float) -> tuple[list[list[str]], list[str]]:
    """Return the cells of each data set, scenario and rule, and the runs without predictions."""
    cells, without = [], []
    for dataset, of_dataset in metrics.groupby("dataset", sort=False):
        supervised = of_dataset.loc[of_dataset["scenario"] == BASELINE, "test_accuracy"]
        goal = goals_of(supervised, within)[0].accuracy
        rest = of_dataset[of_dataset["scenario"] != BASELINE]
        for scenario, of_scenario in rest.groupby("scenario", sort=False):
            runs = [run.sort_values("round") for _, run in of_scenario.groupby("seed")]
            known = [run for run in runs if run["uncertainty"].notna().any()]
            if len(known) < len(runs):
                without.append(f"{scenario} of {dataset}")
            for name, rule in RULES.items() if known else ():
                judged = pd.DataFrame([judge(run, rule, goal) for run in known])
                cells.append([dataset, scenario, name, *_cells(judged, np.isfinite(goal))])
    return cells, without


def _cells(judged: pd.DataFrame, has_goal: bool) -> list[str]:
    """Return the cells of the numbers, counts of seeds first."""
    n, after = len(judged), judged["after"].dropna()
    return [
        f"{judged['stops'].sum():.0f} of {n}",
        f"{judged['early'].sum():.0f} of {n}" if has_goal else "no goal",
        f"{judged['interactions'].mean():.0f}",
        f"{after.mean():+.0f} ({len(after)} of {n})" if len(after) else "not reached",
        f"{judged['missed'].mean():.4f}",
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, apply the rules, print a table as Markdown."""
    cli = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("metrics", type=Path, nargs="*", help="files of metrics, or archives")
    cli.add_argument("--seeds", type=int, default=5, help="of digits, without files")
    cli.add_argument("--rounds", type=int, default=15, help="of digits, without files")
    cli.add_argument("--within", type=float, default=WITHIN, help="distance of the goal")
    arguments = cli.parse_args(argv)
    try:
        given = read(arguments.metrics) if arguments.metrics else None
    except InputError as error:
        cli.exit(1, f"error: {error}\n")
    metrics = digits(arguments.seeds, arguments.rounds) if given is None else given
    cells, without = table(metrics, arguments.within)
    print(*markdown.table(HEADS, cells, WORDS), sep="\n")
    if without:
        print(f"\nWithout predictions, so left out: {', '.join(without)}.")


if __name__ == "__main__":
    main()
