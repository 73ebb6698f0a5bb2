"""Label: a person answers, on a page in the browser, for data sets with `annotator: human`.

Needs:  a folder of images without labels, and the queries of each round.
Makes:  index, images and validation query of such a data set, without any true label;
        annotations.parquet of validation and of each step; of each round known.parquet, and
        start.parquet, its pool before the first query.
Order:  prepare_unlabeled -> annotate_validation, where there is one -> init_pool_by_hand;
        admit_samples -> each step's query -> annotate_by_hand; gather_known -> train.

The first job that waits for answers starts the page's server, which lives until the workflow
ends, so that the page stays open from round to round. Answers are in a journal beside it.
What only the page shows, and how it is served, is no parameter but a resource: another port
or title reruns nothing.
"""


# A person answers where Snakemake was started.
localrules:
    annotate_by_hand,
    annotate_validation,


rule prepare_unlabeled:
    """Store the images that can be read, and draw those to measure by.

    Again when files have come or gone: once there are answers, those that came get the next
    numbers, and those that are gone keep theirs and their pixels.
    """
    input:
        path=data_path,
        download=download,
    output:
        index=update(f"{DATA}/index.parquet"),
        query=f"{DATA}/validation.parquet",
        images=update(f"{DATA}/images.npy"),
    log:
        "logs/{dataset}/prepare_unlabeled.log",
    benchmark:
        "logs/{dataset}/prepare_unlabeled.tsv"
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    threads: threads_of
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
        interactions=data_setting("interactions"),  # to check: another number reads nothing again
        pixel_limit=data_setting("pixel_limit"),
        row_limit=data_setting("row_limit"),
        unpacked_limit=data_setting("unpacked_limit"),
    params:
        source=data_setting("source"),
        background=data_setting("background"),
        values=optional_setting("values"),
        side=side_of,
        subset=optional_setting("subset"),
        validation=validation_of,
        split_seed=data_setting("split_seed"),
        files=files_of_folder,
        version=version("prepare_unlabeled.py"),
    shell:
        "python workflow/scripts/prepare_unlabeled.py"
        " --dataset {wildcards.dataset:q}"
        " --source {params.source:q}"
        " --path {input.path:q}"
        " --download {input.download:q}"
        " --side {params.side}"
        " --subset {params.subset}"
        " --validation {params.validation}"
        " --interactions {resources.interactions}"
        " --split-seed {params.split_seed}"
        " --background {params.background:q}"
        " --values='{params.values}'"
        " --pixel-limit {resources.pixel_limit}"
        " --row-limit {resources.row_limit}"
        " --unpacked-limit {resources.unpacked_limit}"
        " --threads {threads}"
        " --journal results/{wildcards.dataset:q}/labeling"
        " --index {output.index:q}"
        " --query {output.query:q}"
        " --images {output.images:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule annotate_by_hand:
    """A person answers each interaction."""
    input:
        query=f"{STEP}/query.parquet",
        pool=pool_at_start,
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        features=probabilities,
        index=settled(f"{DATA}/index.parquet"),
        images=settled(f"{DATA}/images.npy"),
        originals=originals,
    output:
        annotations=f"{STEP}/annotations.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/step-{step}/annotate_by_hand.log",
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    # Waiting takes no core: what needs no answer runs beside it.
    threads: 0
    resources:
        label_budget=label_budget,
        label_rounds=SWEEP["rounds"],
        label_classes=label_classes,
        label_host=config["labeling"]["host"],
        label_port=config["labeling"]["port"],
        label_title=title,
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
        " --index {input.index:q}"
        " --images {input.images:q}"
        " --originals {input.originals:q}"
        " --journal results/{wildcards.dataset:q}/labeling"
        " --classes {resources.label_classes:q}"
        " --title {resources.label_title:q}"
        " --budget {resources.label_budget}"
        " --rounds {resources.label_rounds}"
        " --steps {params.steps}"
        " --host {resources.label_host:q}"
        " --port {resources.label_port}"
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
        index=settled(f"{DATA}/index.parquet"),
        images=settled(f"{DATA}/images.npy"),
        originals=originals,
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


rule admit_samples:
    """The pool at the start of a round: the one before, and files that came since."""
    input:
        pool=round_before("pool.parquet"),
        index=settled(f"{DATA}/index.parquet"),
        validation=[],
    output:
        pool=f"{ROUND}/start.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/admit_samples.log",
    wildcard_constraints:
        dataset=annotated_by("human"),
    group:
        BEFORE_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    params:
        round=key("round", 1),
        interactions=[],
        version=version("admit_samples.py"),
    shell:
        "python workflow/scripts/admit_samples.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {params.round}"
        " --journal results/{wildcards.dataset:q}/labeling"
        " --pool {input.pool:q}"
        " --index {input.index:q}"
        " --validation {input.validation:q}"
        " --interactions {params.interactions}"
        " --out {output.pool:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule admit_samples as init_pool_by_hand with:
    # Before round 1 there is no label.
    input:
        pool=[],
        index=settled(f"{DATA}/index.parquet"),
        validation=validation(VALIDATION),
    output:
        pool=f"{RUN}/round-0/pool.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/init_pool_by_hand.log",
    group:
        FIRST_ROUND
    params:
        round=key("round", 1),
        interactions=data_setting("interactions"),
        version=version("admit_samples.py"),


rule gather_known:
    """What training may know: the classes so far, and the labels to measure by."""
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
