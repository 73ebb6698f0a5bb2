"""What another round of the runs of a sweep would bring, from their files."""

from collections.abc import Iterable
from pathlib import Path
from statistics import mean

from cbal.stopping.rules import ROUNDS, Rule, in_words, mean_of, sentence
from cbal.storage.paths import RESULTS
from cbal.wording import counted
from orchestration.operation.standing import Run


def outlook_of(runs: Iterable[Run], root: Path = Path(), rule: Rule | None = None) -> str | None:
    """Return what another round of one scenario would bring, as a mean over its seeds.

    Args:
        runs: of a data set and scenario.
        root: the folder that has `results/`.
        rule: of the sweep; None if it has none.

    Returns:
        None if no run has predictions of enough rounds, as archived ones have not.
    """
    from cbal.results.settling import measures_of  # PyArrow takes a while, and may be missing

    histories = [measures_of(root / RESULTS / run.folder(), len(run.finished)) for run in runs]
    gains = [mean_of("gain", history, ROUNDS) for history in histories]
    known = [gain for gain in gains if gain is not None]
    if not known:
        return None
    said = sentence(in_words(mean(known)))
    stopped = sum(any(rule.stops(h[:n]) for n in range(1, len(h) + 1)) for h in histories if rule)
    return said + (f"; {counted(stopped, 'seed')} stopped by the rule" if stopped else "")
