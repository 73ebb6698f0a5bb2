"""Query and annotate: one round's steps, from features to the pool with new labels.

Needs:  the pool of the round before, and features (pretrained ones in round 1).
Makes:  step-{step}/{query,annotations}.parquet for each step, then pool.parquet.
Order:  for each step: select_random | select_uncertain | select_diverse | cluster -> annotate;
        after the last one: update_pool.

Which of the four rules makes a step's query follows from what its strategy needs.
"""


rule select_random:
    """Strategies that look at the pool alone."""
    input:
        pool=pool_at_start,
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        features=[],
        encoded=encoded,
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
        cold_start=cold_start,
        kind=kind,
        interactions=interactions,
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
        " --features {input.features:q}"
        " --encoded {input.encoded:q}"
        " --strategy {params.strategy:q}"
        " --needs {params.needs:q}"
        " --cold-start {params.cold_start}"
        " --kind {params.kind}"
        " --interactions {params.interactions}"
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
        features=probabilities,
        encoded=encoded,
    wildcard_constraints:
        step=steps_by("select_uncertain"),


use rule select_random as cluster with:
    input:
        pool=pool_at_start,
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        features=features,
        encoded=encoded,
    wildcard_constraints:
        step=steps_by("cluster"),
    threads: threads_of
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
        gpu=gpus_of_step,


use rule cluster as select_diverse with:
    wildcard_constraints:
        step=steps_by("select_diverse"),


rule annotate:
    """The oracle answers each interaction from the true labels."""
    input:
        query=f"{STEP}/query.parquet",
        truth=f"{DATA}/truth.parquet",
    output:
        annotations=f"{STEP}/annotations.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/step-{step}/annotate.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/step-{step}/annotate.tsv"
    wildcard_constraints:
        dataset=annotated_by("oracle"),
    group:
        BEFORE_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    params:
        purity=config["oracle"]["purity"],
        version=version("annotate.py"),
    shell:
        "python workflow/scripts/annotate.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --step {wildcards.step:q}"
        " --query {input.query:q}"
        " --truth {input.truth:q}"
        " --purity {params.purity}"
        " --out {output.annotations:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule update_pool:
    """The pool after a round: the one before, the answers of all steps, pseudo-labels."""
    input:
        pool=pool_at_start,
        queries=all_steps("query.parquet"),
        annotations=all_steps("annotations.parquet"),
        features=pseudo_label_features,
    output:
        pool=f"{ROUND}/pool.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/update_pool.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/update_pool.tsv"
    group:
        AFTER_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    params:
        cluster_labels=cluster_labels,
        pseudo_labels=pseudo_labels,
        version=version("update_pool.py"),
    shell:
        "python workflow/scripts/update_pool.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --pool {input.pool:q}"
        " --queries {input.queries:q}"
        " --annotations {input.annotations:q}"
        " --cluster-labels {params.cluster_labels}"
        " --features {input.features:q}"
        " --pseudo-labels {params.pseudo_labels}"
        " --out {output.pool:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
