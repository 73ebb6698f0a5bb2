"""Weigh: which labels of a pool its model learns, and what each of them counts.

Needs:  pool.parquet of the round, and features of its samples.
Makes:  encoded/neighbours-{neighbours}.parquet (kept, shared by all scenarios, seeds and sweeps);
        learned.parquet of a round: the pool with weights, and with propagated labels.
Order:  join_neighbours (once); update_pool -> weigh_labels -> train | train_head, in scenarios with `sieve:` or
        `label_propagation:`; others train on pool.parquet.
"""


rule join_neighbours:
    """The nearest neighbours of every training sample, along which labels are propagated."""
    input:
        index=f"{DATA}/index.parquet",
        encoded=ENCODED,
    output:
        NEIGHBOURS,
    log:
        "logs/{dataset}/join_neighbours-{neighbours}.log",
    benchmark:
        "logs/{dataset}/join_neighbours-{neighbours}.tsv"
    wildcard_constraints:
        dataset=annotated_by("oracle"),
        neighbours=r"[1-9]\d*",
    conda:
        "../../envs/cbal.yaml"
    threads: threads_of
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        version=version("join_neighbours.py"),
    shell:
        "python workflow/scripts/join_neighbours.py"
        " --dataset {wildcards.dataset:q}"
        " --index {input.index:q}"
        " --encoded {input.encoded:q}"
        " --neighbours {wildcards.neighbours}"
        " --threads {threads}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule weigh_labels:
    """The labels to learn; the pool, and with it what is taken away, stays as it is."""
    input:
        pool=f"{ROUND}/pool.parquet",
        features=features_of_labeled,
        encoded=encoded_of_labeled,
        neighbours=neighbours,
    output:
        pool=f"{ROUND}/learned.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/weigh_labels.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/weigh_labels.tsv"
    group:
        AFTER_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    threads: threads_of
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        sieve=sieve,
        propagation=label_propagation,
        version=version("weigh_labels.py"),
    shell:
        "python workflow/scripts/weigh_labels.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --pool {input.pool:q}"
        " --features {input.features:q}"
        " --encoded {input.encoded:q}"
        " --sieve {params.sieve:q}"
        " --propagation {params.propagation:q}"
        " --neighbours {input.neighbours:q}"
        " --threads {threads}"
        " --out {output.pool:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
