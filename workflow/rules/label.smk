"""Label: a person answers, on a page in the browser, for data sets with `annotator: human`.

Needs:  index and images of prepare_by_hand.smk, and the queries of each round.
Makes:  annotations.parquet of the validation and of each step; known.parquet of each round.
Order:  annotate_validation, if there is a validation -> round 1; each step's query
        -> annotate_by_hand; gather_known -> train.

The first job that waits for answers starts the page's server, which lives until the workflow
ends, so that the page stays open from round to round. Answers are in a journal beside it.
What only the page shows, and where it is served, are resources and not parameters, so that
another port or title reruns nothing.
"""


# A person answers where Snakemake was started.
localrules:
    annotate_by_hand,
    annotate_validation,


rule annotate_by_hand:
    """A person answers each interaction."""
    input:
        query=f"{STEP}/query.parquet",
        pool=pool_at_start,
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        features=hints_of_model,
        features_to_split=features_to_split,
        encoded_to_split=encoded_to_split,
        predictions=predictions_before,
        index=settled(f"{DATA}/index.parquet"),
        images=of_images(settled(f"{DATA}/images.npy")),
        originals=originals,
        texts=of_texts(settled(paths.TEXTS)),
    output:
        annotations=f"{STEP}/annotations.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/step-{step}/annotate_by_hand.log",
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    # Waiting takes no core, so that jobs that need no answers run meanwhile.
    threads: 0
    resources:
        label_budget=label_budget,
        label_rounds=SWEEP["rounds"],
        label_classes=label_classes,
        label_host=config["labeling"]["host"],
        label_port=config["labeling"]["port"],
        label_title=title,
        label_public_url=config["labeling"]["public_url"] or "",
        label_double=str(config["labeling"]["double"]),
    params:
        scenario=key("scenario", "validation"),
        seed=key("seed", 0),
        round=key("round", 0),
        step=key("step", "validation"),
        steps=position_of_step,
        cluster_labels=cluster_labels,
        version=version("annotate_by_hand.py"),
    shell:
        "python workflow/scripts/annotate_by_hand.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {params.scenario:q}"
        " --seed {params.seed}"
        " --round {params.round}"
        " --step {params.step:q}"
        " --query {input.query:q}"
        " --pool {input.pool:q}"
        " --queries {input.queries:q}"
        " --annotations {input.annotations:q}"
        " --cluster-labels {params.cluster_labels}"
        " --features {input.features:q}"
        " --features-to-split {input.features_to_split:q}"
        " --encoded-to-split {input.encoded_to_split:q}"
        " --predictions {input.predictions:q}"
        " --index {input.index:q}"
        " --images {input.images:q}"
        " --originals {input.originals:q}"
        " --texts {input.texts:q}"
        f" --journal {LABELING_FOLDER}"
        " --classes {resources.label_classes:q}"
        " --title {resources.label_title:q}"
        " --budget {resources.label_budget}"
        " --rounds {resources.label_rounds}"
        " --steps {params.steps}"
        " --host {resources.label_host:q}"
        " --port {resources.label_port}"
        " --public-url {resources.label_public_url:q}"
        " --double {resources.label_double}"
        " --out {output.annotations:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule annotate_by_hand as annotate_validation with:
    # Before round 1, once for all runs of the data set.
    input:
        query=settled(f"{DATA}/validation.parquet"),
        pool=[],
        queries=[],
        annotations=[],
        features=[],
        features_to_split=[],
        encoded_to_split=[],
        predictions=[],
        index=settled(f"{DATA}/index.parquet"),
        images=of_images(settled(f"{DATA}/images.npy")),
        originals=originals,
        texts=of_texts(settled(paths.TEXTS)),
    output:
        annotations=VALIDATION,
    log:
        "logs/{dataset}/validation/annotate_by_hand.log",
    params:
        scenario="validation",
        seed=0,
        round=0,
        step="validation",
        steps="1 1",
        cluster_labels="reask",
        version=version("annotate_by_hand.py"),


rule gather_known:
    """The classes known so far, and the validation's labels to test by."""
    input:
        index=settled(f"{DATA}/index.parquet"),
        query=validation(f"{DATA}/validation.parquet"),
        validation=validation(VALIDATION),
        latest=latest_annotations,
    output:
        known=f"{ROUND}/known.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/gather_known.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/gather_known.tsv"
    wildcard_constraints:
        dataset=annotated_by("human"),
    group:
        AFTER_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    params:
        version=version("gather_known.py"),
    shell:
        "python workflow/scripts/gather_known.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --index {input.index:q}"
        " --query {input.query:q}"
        " --validation {input.validation:q}"
        " --latest {input.latest:q}"
        " --out {output.known:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
