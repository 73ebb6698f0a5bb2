"""Claims of the paper about its results (section 5), and whether a sweep agrees with them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from math import hypot
from typing import Any

import numpy as np
import pandas as pd

from cbal.results import markdown
from cbal.results.goals import WITHIN, Goal, goals_of, reached
from cbal.results.summary import areas
from cbal.storage.paths import BASELINE
from cbal.wording import counted

RANDOM, UNCERTAIN, CLUSTER = "random", "uncertain", "cluster"
MIXED = ("uncertain+cluster", "cluster+uncertain")
FEWEST_ROUNDS = 6  # rounds that a curve needs before its shape is judged
SMALL_GAIN = 0.01  # a smaller gain in accuracy over the last third of the rounds counts as none

AGREES, DIFFERS, NOT_TESTED = "agrees", "differs", "not tested"

Runs = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Claim:
    """One claim of the paper on one data set.

    Attributes:
        claim: the claim in words.
        rule: condition under which a sweep agrees.
        paper, ours: values in the paper and in the sweep; empty where there is no number.
        difference: the sweep's value minus the paper's, where both are numbers.
        seeds: seeds of the sweep, the smallest number among the scenarios compared.
        verdict: agrees, differs, or not tested.
    """

    claim: str
    rule: str
    paper: str = ""
    ours: str = ""
    difference: str = ""
    seeds: int = 0
    verdict: str = NOT_TESTED


def judge(
    metrics: pd.DataFrame, published: dict[str, dict[str, Any] | None], within: float = WITHIN
) -> pd.DataFrame:
    """Return one row for each data set and claim, with the column dataset and those of `Claim`.

    Args:
        metrics: `results/metrics.parquet`.
        published: for each data set the key `published` of its settings, or None; it has
            the paper's numbers. Claims about shapes of curves need none.
        within: distance of the first goal from the supervised mean; the second goal is the
            paper's, one sd.
    """
    rows = []
    measured = metrics[metrics["test_accuracy"].notna()]
    for dataset, of_dataset in measured.groupby("dataset", sort=False):
        runs = dict(iter(of_dataset.groupby("scenario", sort=False)))
        for claim in _claims(runs, published.get(dataset), within):
            rows.append({"dataset": dataset} | asdict(claim))
    return pd.DataFrame(rows, columns=["dataset", *(field.name for field in fields(Claim))])


def _claims(runs: Runs, paper: dict[str, Any] | None, within: float) -> Iterator[Claim]:
    if paper is not None:
        yield supervised_accuracy(runs, paper)
        yield from interactions_needed(runs, paper, within)
    yield clusters_start_faster(runs)
    yield clusters_alone_stagnate(runs)
    yield uncertain_first_is_better(runs)
    yield uncertain_first_cleans(runs)
    yield clusters_alone_keep_rising(runs)
    for scenario in runs:
        if _both_kinds(runs[scenario]):
            yield rises_and_falls(runs, scenario)


def supervised_accuracy(runs: Runs, paper: dict[str, Any]) -> Claim:
    """Judge the test accuracy of supervised training."""
    claim = "supervised test accuracy"
    rule = "within 2 sd, those of the paper and ours together"
    theirs, spread = paper["accuracy"], paper["accuracy_sd"]
    shown = f"{theirs:.3f} ± {spread:.3f}"
    if BASELINE not in runs:
        return Claim(claim, rule, shown)
    ours = runs[BASELINE]["test_accuracy"]
    # One seed has no sd, so the paper's is used.
    sd = ours.std(ddof=1) if len(ours) > 1 else spread
    return Claim(
        claim,
        rule,
        shown,
        f"{ours.mean():.3f}" + (f" ± {sd:.3f}" if len(ours) > 1 else ""),
        f"{ours.mean() - theirs:+.3f}",
        len(ours),
        _verdict(abs(ours.mean() - theirs) <= 2 * hypot(spread, sd)),
    )


def interactions_needed(runs: Runs, paper: dict[str, Any], within: float) -> Iterator[Claim]:
    """Judge the interactions needed for supervised accuracy, and their share of the images.

    They are judged for two goals: the paper's, and one at a fixed distance from supervised, which
    does not depend on the noise of the baseline.
    """
    supervised = runs[BASELINE]["test_accuracy"] if BASELINE in runs else pd.Series(dtype=float)
    for goal in reversed(goals_of(supervised, within)):
        yield from _interactions_to(runs, paper, goal)


def _interactions_to(runs: Runs, paper: dict[str, Any], goal: Goal) -> Iterator[Claim]:
    what = f"interactions to {goal.words}"
    claims = (what, f"{what}, as a share of the images")
    rule = (
        "each seed of uncertain+cluster, or each of cluster+uncertain, stays at or above the goal; "
        "the better mean is no more than a round above the paper's"
    )
    theirs = paper["interactions"]
    mixed = [runs[name] for name in MIXED if name in runs]
    if not np.isfinite(goal.accuracy) or not mixed:
        said = "one supervised seed has no sd" if mixed and BASELINE in runs else ""
        papers = (f"{theirs:,}", "")
        yield from (Claim(claim, rule, shown, said) for claim, shown in zip(claims, papers))
        return
    images, seeds = mixed[0]["images"].iloc[0], _seeds(*mixed, runs[BASELINE])
    papers = (f"{theirs:,}", f"{theirs / images:.0%}")
    needed = [_needed(run, goal.accuracy) for run in mixed]
    ours = min((each.mean() for each in needed if each.notna().all()), default=np.nan)
    if not np.isfinite(ours):
        most = max(run["interactions"].max() for run in mixed)
        some, tried = max((int(each.notna().sum()), len(each)) for each in needed)
        said = f"not within {most:,.0f}" + (
            f" ({some} of {counted(tried, 'seed')} did)" if some else ""
        )
        verdict = DIFFERS if most >= theirs else NOT_TESTED
        yield from (Claim(c, rule, p, said, "", seeds, verdict) for c, p in zip(claims, papers))
        return
    a_round = max(_by_round(run, ["interactions"])["interactions"].diff().max() for run in mixed)
    verdict = _verdict(ours <= theirs + a_round)
    values = (f"{ours:,.0f}", f"{ours / images:.0%}")
    differences = (f"{ours - theirs:+,.0f}", f"{(ours - theirs) / images:+.0%}")
    for parts in zip(claims, papers, values, differences):
        yield Claim(parts[0], rule, *parts[1:], seeds, verdict)


def _needed(run: pd.DataFrame, goal: float) -> pd.Series:
    """Return the interactions that each seed of a scenario needs; NaN if it misses the goal."""
    curves = [curve.sort_values("round") for _, curve in run.groupby("seed")]
    return pd.Series(
        [reached(c["interactions"].to_numpy(float), c["test_accuracy"].array, goal) for c in curves]
    )


def clusters_start_faster(runs: Runs) -> Claim:
    """Judge whether accuracy grows much faster with clusters than without."""
    claim = "accuracy grows much faster with clusters"
    rule = "the area under the budget curve of every cluster scenario is above all others'"
    with_, without = [CLUSTER, *MIXED], [RANDOM, UNCERTAIN]
    if not {*with_, *without} <= runs.keys():
        return Claim(claim, rule)
    chosen = [runs[name] for name in [*with_, *without]]
    mean = areas(pd.concat(chosen)).groupby("scenario")["area"].mean()
    if mean.isna().any():  # no budget is common to all runs
        return Claim(claim, rule)
    lowest, highest = mean[with_].idxmin(), mean[without].idxmax()
    ours = f"{lowest} {mean[lowest]:.3f}, {highest} {mean[highest]:.3f}"
    holds = mean[lowest] > mean[highest]
    return Claim(claim, rule, "", ours, "", _seeds(*chosen), _verdict(holds))


def clusters_alone_stagnate(runs: Runs) -> Claim:
    """Judge whether accuracy with clusters alone stops growing after some rounds."""
    claim = "clusters alone stagnate"
    rule = (
        f"gain under {SMALL_GAIN:.0%} in the last third of the rounds, "
        "and end below both mixed ones"
    )
    if not {CLUSTER, *MIXED} <= runs.keys():
        return Claim(claim, rule)
    curves = {name: _by_round(runs[name], ["test_accuracy"]) for name in (CLUSTER, *MIXED)}
    accuracy = {name: curve["test_accuracy"].array for name, curve in curves.items()}
    rounds = min(map(len, accuracy.values()))
    seeds = _seeds(*(runs[name] for name in accuracy))
    ends = {name: values[rounds - 1] for name, values in accuracy.items()}
    gain = ends[CLUSTER] - accuracy[CLUSTER][rounds - 1 - rounds // 3]
    ours = f"gain {gain:+.3f}, ends at " + ", ".join(f"{e:.3f} ({n})" for n, e in ends.items())
    stagnates = gain < SMALL_GAIN and ends[CLUSTER] < min(ends[name] for name in MIXED)
    return Claim(claim, rule, "", ours, "", seeds, _shape_verdict(rounds, stagnates))


def uncertain_first_is_better(runs: Runs) -> Claim:
    """Judge whether uncertain+cluster is slightly above cluster+uncertain in accuracy."""
    claim = "uncertain+cluster slightly above cluster+uncertain"
    rule = "mean over seeds of the difference in area under the budget curve is positive"
    if not runs.keys() >= set(MIXED):
        return Claim(claim, rule)
    by_seed = areas(pd.concat([runs[name] for name in MIXED])).pivot(
        index="seed", columns="scenario", values="area"
    )
    gaps = (by_seed[MIXED[0]] - by_seed[MIXED[1]]).dropna()  # seeds that both have
    if gaps.empty:
        return Claim(claim, rule)
    ours = f"{gaps.mean():+.4f} (by seed: {', '.join(f'{gap:+.4f}' for gap in gaps)})"
    return Claim(claim, rule, "", ours, "", len(gaps), _verdict(gaps.mean() > 0))


def uncertain_first_cleans(runs: Runs) -> Claim:
    """Judge whether cluster labels are most accurate in uncertain+cluster."""
    claim = "cluster labels are most accurate in uncertain+cluster"
    rule = "mean over rounds of their accuracy is above that of the other two"
    names = (CLUSTER, *MIXED)
    if not runs.keys() >= set(names):
        return Claim(claim, rule)
    # Without the first round: its clusters come from the same features in all scenarios.
    means = {
        name: _by_round(runs[name], ["cluster_accuracy"])["cluster_accuracy"].iloc[1:].mean()
        for name in names
    }
    ours = ", ".join(f"{mean:.3f} ({name})" for name, mean in means.items())
    best = max(means, key=means.get) == MIXED[0]
    seeds = _seeds(*(runs[name] for name in names))
    known = np.isfinite(list(means.values())).all()
    return Claim(claim, rule, "", ours, "", seeds, _verdict(best) if known else NOT_TESTED)


def clusters_alone_keep_rising(runs: Runs) -> Claim:
    """Judge whether clusters alone label more images in each round than in the one before."""
    claim = "clusters alone label more images in every round"
    rule = "the mean number rises from each round to the next"
    if CLUSTER not in runs:
        return Claim(claim, rule)
    number = _by_round(runs[CLUSTER], ["images_cluster"])["images_cluster"].array
    rises = int((np.diff(number) > 0).sum())
    ours = f"{rises} of {len(number) - 1} times, {number[0]:,.0f} to {number[-1]:,.0f}"
    verdict = _verdict(rises == len(number) - 1) if len(number) > 1 else NOT_TESTED
    return Claim(claim, rule, "", ours, "", _seeds(runs[CLUSTER]), verdict)


def rises_and_falls(runs: Runs, scenario: str) -> Claim:
    """Judge whether the number of cluster-labeled images rises, peaks, and then falls."""
    claim = f"cluster-labeled images rise, peak and fall in {scenario}"
    rule = "the mean number is highest neither in the first round nor in the last"
    curve = _by_round(runs[scenario], ["images_cluster", "interactions_individual"])
    number = curve["images_cluster"].array
    rounds, peak = len(number), int(np.argmax(number))
    ours = f"{number[0]:,.0f}, highest {number[peak]:,.0f} in round {curve.index[peak]}"
    if peak < rounds - 1:
        fall = (number[-1] - number[peak]) / (rounds - 1 - peak)
        labels = curve["interactions_individual"].diff().mean()
        ours += f", then {fall:+,.0f} a round ({labels:,.0f} individual labels a round)"
    verdict = _shape_verdict(rounds, 0 < peak < rounds - 1)
    return Claim(claim, rule, "", ours, "", _seeds(runs[scenario]), verdict)


def to_markdown(claims: pd.DataFrame, titles: dict[str, str]) -> str:
    """Return the table as Markdown, one section for each data set."""
    columns = {"claim": "claim", "paper": "paper", "ours": "ours", "difference": "difference"}
    columns |= {"seeds": "seeds", "verdict": "verdict", "rule": "agrees if"}
    left = ["claim", "ours", "verdict", "agrees if"]
    parts = {
        titles.get(dataset, dataset): markdown.table(
            list(columns.values()), rows[list(columns)].values, left
        )
        for dataset, rows in claims.groupby("dataset", sort=False)
    }
    return markdown.sections(parts)


def _by_round(run: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the means over seeds for each round that all seeds have."""
    rounds = run.groupby("round")[columns]
    whole = rounds.size() == run["seed"].nunique()
    return rounds.mean()[whole]


def _both_kinds(run: pd.DataFrame) -> bool:
    last = run.sort_values("round").iloc[-1]
    return run["scenario"].iloc[0] != BASELINE and bool(
        last["interactions_individual"] and last["interactions_cluster"]
    )


def _seeds(*runs: pd.DataFrame) -> int:
    return min(run["seed"].nunique() for run in runs)


def _verdict(holds: bool) -> str:
    return AGREES if holds else DIFFERS


def _shape_verdict(rounds: int, holds: bool) -> str:
    return _verdict(holds) if rounds >= FEWEST_ROUNDS else NOT_TESTED
