"""Pool: the labels of all samples, from round 0 on, and the oracle's answers.

Needs:  index and truth of the data set, and the queries of each step.
Makes:  round 0's pool.parquet; step-{step}/annotations.parquet; each round's pool.parquet.
Order:  init_pool -> round 1; each step's query -> annotate; after the last step: update_pool.
"""


rule init_pool:
    """Round 0: every training sample, no label."""
    input:
        index=f"{DATA}/index.parquet",
    output:
        pool=f"{RUN}/round-0/pool.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/init_pool.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/init_pool.tsv"
    wildcard_constraints:
        dataset=annotated_by("oracle"),
    group:
        FIRST_ROUND
    conda:
        "../../envs/cbal.yaml"
    params:
        interactions=data_setting("interactions"),
        version=version("init_pool.py"),
    shell:
        "python workflow/scripts/init_pool.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --index {input.index:q}"
        " --interactions {params.interactions}"
        " --out {output.pool:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule annotate:
    """The oracle answers each interaction from the true labels.

    The cost model is no parameter: it changes no answer, and hours are counted again from what was
    asked when metrics are gathered.
    """
    input:
        query=f"{STEP}/query.parquet",
        truth=f"{DATA}/truth.parquet",
        image_confusion=confusion("image"),
        cluster_confusion=confusion("cluster"),
        features=if_oracle_splits(features_to_split),
        encoded=if_oracle_splits(encoded_to_split),
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
        purity=oracle("purity"),
        view=oracle("view"),
        view_way=oracle("view_way"),
        takes_out=takes_out,
        error_rates=error_rates,
        abstains=oracle("abstains"),
        asked_again=oracle("asked_again"),
        split=oracle("split"),
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
        " --view {params.view}"
        " --view-way {params.view_way}"
        " {params.takes_out}"
        " --error-rates {params.error_rates}"
        " --image-confusion {input.image_confusion:q}"
        " --cluster-confusion {input.cluster_confusion:q}"
        " --abstains {params.abstains}"
        " --asked-again {params.asked_again}"
        " --split {params.split}"
        " --features {input.features:q}"
        " --encoded {input.encoded:q}"
        " --costs $CBAL_COSTS"
        " --out {output.annotations:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule update_pool:
    """The pool after a round: the previous pool, the answers of all steps, pseudo-labels."""
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
