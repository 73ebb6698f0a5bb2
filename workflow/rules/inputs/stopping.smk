"""Whether a run stops before its last round: what decides it. No rule."""

STOP = SWEEP["stop"]
PREDICTIONS, VERDICT = f"{ROUND}/{paths.PREDICTIONS}", f"{ROUND}/stopping.parquet"
# A network has to look at images once more for them, so only where a rule or a person asks for it.
NETWORKS_PREDICT = STOP or any(map(is_human, SWEEP["datasets"]))
PREDICTIONS_OF_NETWORK = PREDICTIONS if NETWORKS_PREDICT else []


def verdict_before(wildcards):
    """What the rule of the sweep thought after the previous round; nothing without a rule."""
    known = STOP and int(wildcards.round) > 1
    return round_before("stopping.parquet")(wildcards) if known else []


def predictions_until(wildcards, last):
    """Predictions of a round, and of those before it that a rule or the outlook looks at."""
    first = max(1, last - max(STOP["over"] if STOP else 0, ROUNDS_OF_OUTLOOK))
    return [f"{in_run(wildcards, n)}/{paths.PREDICTIONS}" for n in range(first, last + 1)]


def latest_predictions(wildcards):
    return predictions_until(wildcards, int(wildcards.round))


def predictions_before(wildcards):
    return predictions_until(wildcards, int(wildcards.round) - 1)


def predictions_of_run(wildcards):
    """Predictions of all rounds of a run; none of a network that makes none, nor of a baseline."""
    if wildcards.scenario == BASELINE or not (NETWORKS_PREDICT or is_fixed(wildcards)):
        return []
    rounds = range(1, SWEEP["rounds"] + 1)
    return [f"{in_run(wildcards, n)}/{paths.PREDICTIONS}" for n in rounds]


def stop_setting(name):
    return lambda wildcards: STOP[name]
