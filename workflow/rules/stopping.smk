"""Stopping: whether another round is worth its interactions, for sweeps with `stop:`.

Needs:  predictions.parquet of the round and of those before it.
Makes:  stopping.parquet of the round.
Order:  train | train_head -> decide_stop -> the next round's queries, which ask nothing once a
        run has stopped. So its later rounds end as those of an exhausted pool do.
"""


rule decide_stop:
    """What the sweep's rule thinks after a round."""
    input:
        predictions=latest_predictions,
        earlier=verdict_before,
    output:
        VERDICT,
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/decide_stop.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/decide_stop.tsv"
    group:
        AFTER_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    params:
        rule=stop_setting("rule"),
        at=stop_setting("at"),
        over=stop_setting("over"),
        version=version("decide_stop.py"),
    shell:
        "python workflow/scripts/decide_stop.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --predictions {input.predictions:q}"
        " --earlier {input.earlier:q}"
        " --rule {params.rule}"
        " --at {params.at}"
        " --over {params.over}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
