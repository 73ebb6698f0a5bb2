"""Doubt: labels that are probably wrong.

Needs:  labels of the round so far, and the features that its queries are made from.
Makes:  suspects.parquet of a round, if the scenario has `suspects: true`, and of each step that
        verifies labels.
Order:  find_suspects_of_step -> verify of query.smk; the last step's annotations
        -> find_suspects.
"""


rule find_suspects:
    """The labels after a round, the most doubtful first.

    It does not read the round's pool, which also has pseudo-labels, but what that is made from.
    """
    input:
        pool=pool_at_start,
        queries=all_steps("query.parquet"),
        annotations=all_steps("annotations.parquet"),
        features=features_of_labeled,
        encoded=encoded_of_labeled,
    output:
        suspects=f"{ROUND}/suspects.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/find_suspects.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/find_suspects.tsv"
    group:
        AFTER_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    # One thread: heads are small, and several runs go on side by side.
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        cluster_labels=cluster_labels,
        l2=training("l2"),
        version=version("find_suspects.py"),
    shell:
        "python workflow/scripts/find_suspects.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --pool {input.pool:q}"
        " --queries {input.queries:q}"
        " --annotations {input.annotations:q}"
        " --cluster-labels {params.cluster_labels}"
        " --features {input.features:q}"
        " --encoded {input.encoded:q}"
        " --l2 {params.l2}"
        " --threads {threads}"
        " --out {output.suspects:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule find_suspects as find_suspects_of_step with:
    # The labels before a step that verifies some of them.
    input:
        pool=pool_at_start,
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        features=features_of_labeled,
        encoded=encoded_of_labeled,
    output:
        suspects=f"{STEP}/suspects.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/step-{step}/find_suspects.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/step-{step}/find_suspects.tsv"
    wildcard_constraints:
        step=steps_by("verify"),
    group:
        BEFORE_ANSWERS
