import pytest

from orchestration.planning.settings import SettingsError, check
from orchestration.planning.shares import shares
from tests.unit.planning.test_strategies import settings


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (1000, [1], [1000]),
        (1000, [1, 1], [500, 500]),
        (31, [1, 1], [16, 15]),
        (30, [0.8, 0.2], [24, 6]),
        (10, [1, 1, 1], [4, 3, 3]),
        (7, [1, 5], [1, 6]),
    ],
)
def test_shares_add_up(total, weights, parts):
    config = {
        "datasets": {"d": {"interactions": total}},
        "scenarios": {"s": {"steps": [{"share": weight} for weight in weights]}},
    }
    assert shares(config, "d", "s") == parts


def checked(*steps, rounds=4, **scenario):
    """Return the checked settings of a sweep of the scenario `mine`, of 40 interactions a round."""
    config = settings(steps=list(steps), **scenario)
    config["sweeps"]["demo"] |= {"scenarios": ["mine"], "rounds": rounds}
    config["datasets"]["digits"] |= {"interactions": 40}
    check(config)
    return config


def error(*steps, **scenario):
    with pytest.raises(SettingsError) as caught:
        checked(*steps, **scenario)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def step(strategy, share):
    return {"strategy": strategy, "share": share}


def test_shares_by_round_and_the_total_stays():
    config = checked(step("cluster", {1: 1, 3: 0.5, 4: 0}), step("entropy", {2: 1}))
    parts = {r: shares(config, "digits", "mine", r) for r in (1, 2, 3, 4, 9)}
    assert parts == {1: [40, 0], 2: [20, 20], 3: [13, 27], 4: [0, 40], 9: [0, 40]}
    assert config["scenarios"]["mine"]["steps"][0]["share"] == {"1": 1, "3": 0.5, "4": 0}


def test_without_clusters_the_other_steps_share_their_interactions():
    steps = [step("cluster", 2), step("entropy", 1), "margin", "gain"]
    config = checked(*steps, ask_clusters="while_they_pay")
    assert shares(config, "digits", "mine", 2) == [16, 8, 8, 8]
    assert shares(config, "digits", "mine", 2, clusters=False) == [0, 20, 20, 0]


@pytest.mark.parametrize(
    ("steps", "scenario", "words"),
    [
        ([step("cluster", {2: 1})], {}, "scenarios.mine.steps: round 1 has no share; give a step"),
        ([step("cluster", {1: 1, 3: 0})], {}, "round 3 has no share"),
        ([step("cluster", {1: 1, 2: 0.001}), "random"], {}, "leave a step of mine with none"),
        ([step("cluster", {1: -1})], {}, "-1"),
        ([step("cluster", {0: 1})], {}, "share"),
        ([step("cluster", {"first": 1})], {}, "share"),
        ([step("cluster", {})], {}, "share"),
        ([step("cluster", 0)], {}, "share"),
        (["cluster"], {"ask_clusters": "while_they_pay"}, "round 2 has no share for single images"),
        (["cluster"], {"ask_clusters": "sometimes"}, "while_they_pay"),
    ],
)
def test_a_mistake_is_one_line(steps, scenario, words):
    assert words in error(*steps, **scenario)


def test_the_first_round_may_show_clusters_alone():
    checked("cluster", step("entropy", {2: 1}), ask_clusters="while_they_pay")


def test_rounds_after_the_sweep_are_not_checked():
    checked(step("cluster", {1: 1, 5: 0}), rounds=4)
