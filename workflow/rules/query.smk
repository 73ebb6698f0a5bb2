"""Query: the samples that the annotator is shown in one step.

Needs:  the pool of the previous round, earlier steps, and features (pretrained ones in round 1)
        or suspects; for a strategy that looks back, the steps of all earlier rounds.
Makes:  step-{step}/query.parquet.
Order:  select_random | select_uncertain | select_diverse | cluster | verify
        -> annotate | annotate_by_hand.

The inputs that a strategy needs decide which of the five rules makes its query.
"""


rule select_random:
    """Strategies that use nothing but the pool."""
    input:
        pool=pool_at_start,
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        past_queries=past_steps("query.parquet"),
        past_annotations=past_steps("annotations.parquet"),
        features=[],
        encoded=encoded,
        stopping=verdict_before,
    output:
        query=f"{STEP}/query.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/step-{step}/query.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/step-{step}/query.tsv"
    wildcard_constraints:
        step=steps_by("select_random"),
    group:
        BEFORE_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    params:
        strategy=address,
        needs=needs,
        wants=wants,
        cold_start=cold_start,
        kind=kind,
        interactions=interactions,
        unless_they_pay=unless_they_pay,
        cluster_labels=cluster_labels,
        settings=settings,
        version=query_version,
    shell:
        "python workflow/scripts/query.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --step {wildcards.step:q}"
        " --pool {input.pool:q}"
        " --queries {input.queries:q}"
        " --annotations {input.annotations:q}"
        " --past-queries {input.past_queries:q}"
        " --past-annotations {input.past_annotations:q}"
        " --features {input.features:q}"
        " --encoded {input.encoded:q}"
        " --stopping {input.stopping:q}"
        " --strategy {params.strategy:q}"
        " --needs {params.needs:q}"
        " --wants {params.wants:q}"
        " --cold-start {params.cold_start}"
        " --kind {params.kind}"
        " --interactions {params.interactions}"
        " --unless-they-pay {params.unless_they_pay}"
        " --cluster-labels {params.cluster_labels}"
        " --settings {params.settings:q}"
        " --threads {threads}"
        " --out {output.query:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule select_random as select_uncertain with:
    input:
        pool=pool_at_start,
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        past_queries=past_steps("query.parquet"),
        past_annotations=past_steps("annotations.parquet"),
        features=probabilities,
        encoded=encoded,
        stopping=verdict_before,
    wildcard_constraints:
        step=steps_by("select_uncertain"),


use rule select_random as cluster with:
    input:
        pool=pool_at_start,
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        past_queries=past_steps("query.parquet"),
        past_annotations=past_steps("annotations.parquet"),
        features=features,
        encoded=encoded,
        stopping=verdict_before,
    wildcard_constraints:
        step=steps_by("cluster"),
    threads: threads_of_query
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
        gpu=gpus_of_step,


use rule cluster as select_diverse with:
    wildcard_constraints:
        step=steps_by("select_diverse"),


use rule select_random as verify with:
    input:
        pool=pool_at_start,
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        past_queries=past_steps("query.parquet"),
        past_annotations=past_steps("annotations.parquet"),
        features=f"{STEP}/suspects.parquet",
        encoded=[],
        stopping=verdict_before,
    wildcard_constraints:
        step=steps_by("verify"),
