"""Properties that every strategy of the registry must have, new ones too."""

import dataclasses
import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.strategies.base import Candidates, History, nothing_asked
from cbal.strategies.registry import STRATEGIES
from cbal.strategies.support.calls import load_strategy
from cbal.strategies.support.probabilities import entropy

SCRIPTS = Path(__file__).parents[3] / "workflow/scripts"
# `labels` are those of labeled samples, and come with their features.
BESIDE = {"sample_id", "history", "labels"}
FIELDS = {field.name for field in dataclasses.fields(Candidates)} - BESIDE
INDIVIDUAL = sorted(name for name, known in STRATEGIES.items() if known.kind == "individual")
# These draw by position, even if all samples have different features.
DRAWN = {"random", "badge", "typiclust", "probcover", "centroid"}
# These may leave out candidates that are not worth an interaction.
PARTIAL = {"gain", "divide"}

every = pytest.mark.parametrize("name", sorted(STRATEGIES))


def candidates(n=60, d=5, classes=4, labeled=8, seed=0):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(classes), n).astype(np.float32)
    return Candidates(
        sample_id=np.sort(rng.choice(2 * n + 1000, n, replace=False)),
        features=rng.normal(size=(n, d)).astype(np.float16),
        probabilities=probabilities,
        expected_entropy=entropy(probabilities) * rng.random(n).astype(np.float32),
        variation_ratio=rng.random(n).astype(np.float32),
        mean_std=rng.random(n).astype(np.float32),
        labeled_features=rng.normal(size=(labeled, d)).astype(np.float16),
        doubt=rng.random(n).astype(np.float32),
    )


def with_history(pool, cluster=5, seed=0):
    """Return the pool after a round in which clusters of its samples were shown, half refused."""
    rng = np.random.default_rng(seed)
    shown = rng.permutation(pool.sample_id)
    asked = -(-len(shown) // cluster)
    labeled = () if pool.labeled_features is None else pool.labeled_features
    history = History(
        round=np.ones(asked, np.int64),
        of_cluster=np.ones(asked, bool),
        label=np.where(np.arange(asked) % 2, rng.integers(3, size=asked), -1),
        question=np.arange(len(shown)) // cluster,
        sample_id=shown,
        excluded=rng.random(len(shown)) < 0.1,
        known=rng.integers(3, size=len(labeled)),
        now=2,
    )
    return dataclasses.replace(pool, history=history)


def constant(pool, *fields):
    """Return the pool with the first row of some fields in all rows."""
    rows = np.zeros(len(pool), np.int64)
    return dataclasses.replace(pool, **{field: getattr(pool, field)[rows] for field in fields})


def select(name, pool, n, seed=0, threads=2, **settings):
    """Let a strategy choose; it gets only the fields that it needs."""
    strategy = STRATEGIES[name]
    seen = Candidates(pool.sample_id, **{field: getattr(pool, field) for field in strategy.needs})
    return load_strategy(strategy.address)(
        seen, n, np.random.default_rng(seed), threads, **settings
    )


def assert_sound(name, chosen, pool, n):
    """Distinct candidates in dense interactions, as many as asked or all."""
    assert len(set(chosen.sample_id)) == len(chosen.sample_id) == len(chosen.score)
    assert set(chosen.sample_id) <= set(pool.sample_id)
    if name in INDIVIDUAL:
        assert chosen.interaction.tolist() == list(range(min(n, len(pool))))
    else:
        assert sorted(set(chosen.interaction)) == list(range(len(set(chosen.interaction))))
        assert len(set(chosen.interaction)) <= n
    if name not in {*INDIVIDUAL, *PARTIAL}:
        assert set(chosen.sample_id) == (set(pool.sample_id) if n else set())
    if n and len(pool):
        assert len(chosen.sample_id)
    for values in chosen.notes.values():
        assert len(values) == len(set(chosen.interaction))


POOLS = {
    "a pool": candidates(),
    "an empty pool": candidates(0),
    "one sample": candidates(1),
    "one class": candidates(classes=1),
    "constant probabilities": constant(candidates(), "probabilities", "expected_entropy"),
    "certain probabilities": dataclasses.replace(
        candidates(), probabilities=np.eye(4, dtype=np.float32)[np.arange(60) % 4]
    ),
    "identical features": constant(candidates(), "features"),
    "features of zeros": dataclasses.replace(candidates(), features=np.zeros((60, 5), np.float16)),
    "no labeled samples": candidates(labeled=0),
    "labeled samples unknown": dataclasses.replace(candidates(), labeled_features=None),
    "more labeled samples than others": candidates(n=9, labeled=300),
    "questions answered": with_history(candidates()),
    "questions answered, no trained head": dataclasses.replace(
        with_history(candidates(labeled=0)), probabilities=None
    ),
    "nothing asked": dataclasses.replace(candidates(), history=nothing_asked()),
}


@every
@pytest.mark.parametrize("n", [0, 1, 7, 60, 100])
@pytest.mark.parametrize("pool", POOLS)
def test_distinct_candidates_in_dense_interactions(name, n, pool):
    if POOLS[pool].probabilities is None and not STRATEGIES[name].cold:
        return  # the cold start replaces it
    assert_sound(name, select(name, POOLS[pool], n), POOLS[pool], n)


@every
def test_the_interface_has_no_labels(name):
    function = load_strategy(STRATEGIES[name].address)
    parameters = list(inspect.signature(function).parameters)
    assert parameters[:4] == ["candidates", "n", "rng", "threads"]
    assert parameters[4:] == list(STRATEGIES[name].settings)
    assert set(STRATEGIES[name].needs) <= FIELDS | {"history"}
    assert not any("label" in field for field in FIELDS - {"labeled_features"})


@every
def test_same_seed_same_answer_with_any_threads_and_the_pool_is_as_before(name):
    pool, before = with_history(candidates()), candidates()
    a, b = (select(name, pool, 9, seed=3, threads=threads) for threads in (1, 2))
    for field in ("interaction", "sample_id", "score"):
        assert np.array_equal(getattr(a, field), getattr(b, field), equal_nan=True)
    for field in FIELDS:
        assert np.array_equal(getattr(pool, field), getattr(before, field))


@pytest.mark.parametrize("name", sorted(set(INDIVIDUAL) - DRAWN))
def test_the_order_of_the_pool_changes_nothing(name):
    pool = candidates()
    order = np.random.default_rng(5).permutation(len(pool))
    rows = {field: getattr(pool, field)[order] for field in FIELDS - {"labeled_features"}}
    there = select(name, dataclasses.replace(pool, **rows), 20).sample_id
    here = select(name, pool, 20).sample_id
    of_row = order[np.searchsorted(pool.sample_id, there)]
    assert of_row.tolist() == np.searchsorted(pool.sample_id, here).tolist()


@every
@pytest.mark.parametrize("field", sorted(FIELDS))
def test_numbers_that_are_none_are_refused_by_name(name, field):
    pool = candidates()
    getattr(pool, field)[3] = np.nan
    if field not in STRATEGIES[name].needs:
        select(name, pool, 5)
        return
    who = "labeled sample" if field == "labeled_features" else f"sample {pool.sample_id[3]}"
    with pytest.raises(InputError, match=f"s of (a )?{who} are not numbers; retrain its model"):
        select(name, pool, 5)


@every
def test_settings_that_mean_nothing_are_refused_by_name(name):
    numbers = {k for k, kind in STRATEGIES[name].settings.items() if kind in (int, float)}
    for setting in numbers - {"min_size"}:
        with pytest.raises(InputError, match=f"setting {setting}: 0 is not above 0"):
            select(name, candidates(), 5, **{setting: 0})


@every
def test_two_gigabytes_hold_a_large_pool(name, large_pool):
    words = [sys.executable, __file__, large_pool, name]
    run = subprocess.run(
        words, capture_output=True, text=True, env={"PYTHONPATH": str(SCRIPTS), "PATH": ""}
    )
    assert run.returncode == 0, run.stderr
    seen, peak = run.stdout.split()
    assert int(seen) == (30 if name in INDIVIDUAL else 100_000) or name in PARTIAL
    assert int(peak) < 2 * 2**20  # KiB


@pytest.fixture(scope="module")
def large_pool(tmp_path_factory):
    path = tmp_path_factory.mktemp("pool") / "features.npy"
    rng = np.random.default_rng(0)
    features = rng.standard_normal((100_000, 512), np.float32)
    np.save(path, features.astype(np.float16))
    return path


def choose_from_large_pool(path, name):
    """Print how many samples a strategy chooses from a large pool, and the peak memory."""
    features = np.load(path)
    pool = candidates(len(features), 1, 10)
    pool = dataclasses.replace(pool, features=features, labeled_features=features[:70])
    chosen = select(name, pool, 30)
    assert "torch" not in sys.modules
    # Not `ru_maxrss`, which begins with the peak of the parent process.
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
    print(len(chosen.sample_id), peak)


if __name__ == "__main__":
    choose_from_large_pool(*sys.argv[1:])
