"""Doubt: labels that are probably wrong, and samples of which models are unsure.

Needs:  labels of the round so far, and the features and probabilities that its queries are made
        from.
Makes:  suspects.parquet of a round, if the scenario has `suspects: true`, and of each step that
        verifies labels; uncertainty.parquet and uncertainty-clusters.parquet of a round, if it has
        `uncertainty: true`, and their figure.
Order:  find_suspects_of_step -> verify of query.smk; the last step's annotations
        -> find_suspects; the last step's query -> measure_uncertainty -> plot_uncertainty.
"""


localrules:
    plot_uncertainty,


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


rule measure_uncertainty:
    """The two kinds of uncertainty of the unlabeled pool, by the models of the round before."""
    input:
        pool=pool_at_start,
        features=features_of_passes,
        queries=all_steps("query.parquet"),
    output:
        samples=f"{ROUND}/uncertainty.parquet",
        clusters=f"{ROUND}/uncertainty-clusters.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/measure_uncertainty.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/measure_uncertainty.tsv"
    group:
        AFTER_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    params:
        version=version("measure_uncertainty.py"),
    shell:
        "python workflow/scripts/measure_uncertainty.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --pool {input.pool:q}"
        " --features {input.features:q}"
        " --queries {input.queries:q}"
        " --samples {output.samples:q}"
        " --clusters {output.clusters:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule plot_uncertainty:
    """How unsure the models are of the unlabeled pool, and why."""
    input:
        uncertainty=uncertainty_of_sweep,
    output:
        png=report(
            f"{OF_SWEEP}/figures/uncertainty.png",
            caption="../report/uncertainty.rst",
            category="Figures",
            labels={"figure": "two kinds of uncertainty"},
        ),
        pdf=f"{OF_SWEEP}/figures/uncertainty.pdf",
    log:
        f"{LOGS_OF_SWEEP}/plot_uncertainty.log",
    benchmark:
        f"{LOGS_OF_SWEEP}/plot_uncertainty.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        titles=titles,
        version=version("plot_uncertainty.py"),
    shell:
        "python workflow/scripts/plot_uncertainty.py"
        " --uncertainty {input.uncertainty:q}"
        " --titles {params.titles:q}"
        " --out {output.png:q} {output.pdf:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
