"""The invariants of the loop, over random scenarios, pools and labels."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cbal.pool import state as pools
from cbal.pool.annotations import with_notes
from cbal.pool.history import history_of
from cbal.pool.oracle import Oracle, annotate
from cbal.pool.querying import candidates_of, make_query, usable_strategy
from cbal.pool.state import CLUSTER, INDIVIDUAL
from cbal.storage.columns import ITSELF
from cbal.storage.files import with_metadata
from cbal.strategies.registry import STRATEGIES
from cbal.strategies.support.calls import load_strategy
from tests.unit.tables import features_file

PURITY = 0.8

scenarios = st.lists(
    st.tuples(st.sampled_from(sorted(STRATEGIES.keys() - {"verify"})), st.integers(1, 12)),
    min_size=1,
    max_size=3,
)


def run(steps, cluster_labels, seed, n=40, rounds=4):
    with tempfile.TemporaryDirectory() as folder:
        yield from run_in(Path(folder), steps, cluster_labels, seed, n, rounds)


def run_in(folder, steps, cluster_labels, seed, n, rounds):
    """Run the loop and yield (pool before, query, annotations, pool after) of each step."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n).astype(np.int16)
    feature = rng.normal(size=(n, 4)) + 3 * truth[:, None]
    pool, asked, answered = pools.initial(np.arange(n)), [], []
    for round in range(1, rounds + 1):
        probability = rng.dirichlet(np.ones(3), n) if round > 1 else None
        terms = list(rng.random((3, n), np.float32)) if round > 1 else ()
        pool = pools.begin_round(pool, round, cluster_labels)
        for name, interactions in steps:
            strategy = STRATEGIES[name]
            file = features_file(folder / "f.parquet", np.arange(n), feature, probability, terms)
            candidates = candidates_of(pool, strategy.kind, cluster_labels, strategy.needs, file)
            candidates = replace(candidates, history=history_of(asked, answered, pool))
            cold_start = ITSELF if strategy.cold else "random"
            usable = usable_strategy(strategy.address, strategy.needs, candidates, cold_start)
            query = make_query(
                candidates,
                load_strategy(usable),
                strategy.kind,
                interactions,
                rng,
                threads=1,
                settings={},
            )
            annotations = with_notes(annotate(query, truth, Oracle(PURITY)), query)
            asked.append(query)
            answered.append(annotations.cast(with_metadata(annotations.schema, round=round)))
            after = pools.apply_annotations(pool, query, annotations)
            yield pool, query, annotations, after, truth
            pool = after


@settings(deadline=None, max_examples=60)
@given(scenarios, st.sampled_from(["reask", "keep"]), st.integers(0, 2**32))
def test_invariants(steps, cluster_labels, seed):
    shown_alone, refused = set(), {}
    for before, query, annotations, after, truth in run(steps, cluster_labels, seed):
        shown = query["sample_id"].to_pylist()
        assert len(shown) == len(set(shown)), "a sample is in two interactions of a step"
        assert not shown_alone & set(shown), "an individually labeled sample is queried again"

        interactions = query["interaction"].to_numpy()
        assert set(interactions) == set(range(len(annotations))), "interactions are dense"
        assert after.interactions == before.interactions + len(annotations)
        assert sum(annotations["size"].to_pylist()) == len(shown)

        individual = before.kind == INDIVIDUAL
        assert (after.kind[individual] == INDIVIDUAL).all()
        assert (after.label[individual] == before.label[individual]).all()
        if cluster_labels == "keep":
            clustered = (before.kind == CLUSTER) & (after.kind == CLUSTER)
            assert (after.label[clustered] == before.label[clustered]).all()

        for answer in annotations.to_pylist():
            samples = query["sample_id"].to_numpy()[interactions == answer["interaction"]]
            share = np.bincount(truth[samples]).max() / len(samples)
            assert answer["accepted"] == (share >= PURITY)
            if answer["kind"] == "individual":
                assert len(samples) == 1
                shown_alone |= set(samples.tolist())
            elif not answer["accepted"]:
                refused[before.interactions + answer["interaction"]] = set(samples.tolist())
            whole = refused.get(answer.get("part_of"), set(samples.tolist()))
            assert set(samples.tolist()) <= whole
            assert answer.get("part_of", -1) in {-1, *refused}
    assert (after.kind == INDIVIDUAL).sum() == after.individual


def test_a_scenario_that_exhausts_its_pool_ends():
    steps = list(run([("random", 15)], "reask", 0))
    asked = [len(annotations) for _, _, annotations, _, _ in steps]
    assert asked == [15, 15, 10, 0]
    assert steps[-1][3].ended
    assert not steps[-2][3].ended
