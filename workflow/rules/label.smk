"""Label: a person answers, on a page in the browser, for data sets with `annotator: human`.

Needs:  a folder of images without labels, and the queries of each round.
Makes:  index, images and validation query of such a data set, without any true label;
        annotations.parquet of validation and of each step, known.parquet of each round;
        labels.parquet and labels.csv at the end, and class-folders/ on demand.
Order:  prepare_unlabeled -> annotate_validation, where there is one -> init_pool;
        each step's query -> annotate_by_hand; gather_known -> train;
        the last round's train -> write_labels -> link_classes.

The first job that waits for answers starts the page's server, which lives until the workflow
ends, so that the page stays open from round to round. Answers are in a journal beside it.
What only the page shows, and how it is served, is no parameter but a resource: another port
or title reruns nothing.
"""


# A person answers where Snakemake was started; links take seconds.
localrules:
    annotate_by_hand,
    annotate_validation,
    class_folders,
    link_classes,


from workflow.operation import labeling

if workflow.is_main_process and not workflow.output_settings.dryrun:
    labeling.own_pages()
    labeling.announce_pages(name for name in SWEEP["datasets"] if is_human(name))


rule class_folders:
    """A folder of class folders, with links to the files, of each data set labeled here."""
    input:
        labels_of_sweep("class-folders"),


rule prepare_unlabeled:
    """Store the images that can be read, and draw those to measure by."""
    input:
        path=data_path,
        download=download,
    output:
        index=f"{DATA}/index.parquet",
        query=f"{DATA}/validation.parquet",
        images=f"{DATA}/images.npy",
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
        " --index {output.index:q}"
        " --query {output.query:q}"
        " --images {output.images:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule annotate_by_hand:
    """A person answers each interaction."""
    input:
        query=f"{STEP}/query.parquet",
        pool=round_before("pool.parquet"),
        queries=earlier_steps("query.parquet"),
        annotations=earlier_steps("annotations.parquet"),
        features=probabilities,
        index=f"{DATA}/index.parquet",
        images=f"{DATA}/images.npy",
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
        query=f"{DATA}/validation.parquet",
        pool=[],
        queries=[],
        annotations=[],
        features=[],
        index=f"{DATA}/index.parquet",
        images=f"{DATA}/images.npy",
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


rule gather_known:
    """What training may know: the classes so far, and the labels to measure by."""
    input:
        index=f"{DATA}/index.parquet",
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


rule write_labels:
    """The labels of the whole data set: the person's, and the last model's for the rest."""
    input:
        index=f"{DATA}/index.parquet",
        known=last_round("known.parquet"),
        pool=last_round("pool.parquet"),
        images=f"{DATA}/images.npy",
        model=last_round("model.safetensors"),
    output:
        labels=f"{RUN}/labels.parquet",
        csv=f"{RUN}/labels.csv",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/write_labels.log",
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    threads: threads_of
    resources:
        mem_mb=growing(8000),
        runtime=growing(30),
        gpu=1,
        gpu_jobs=jobs_on_gpus,
        images_percent=50,
    params:
        round=SWEEP["rounds"],
        precision=model_setting("precision"),
        compile=model_switch("compile", "--compile"),
        forward_batch_size=model_setting("forward_batch_size"),
        version=version("write_labels.py"),
    shell:
        "python workflow/scripts/write_labels.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {params.round}"
        " --index {input.index:q}"
        " --known {input.known:q}"
        " --pool {input.pool:q}"
        " --images {input.images:q}"
        " --model {input.model:q}"
        " --precision {params.precision}"
        " {params.compile}"
        " --forward-batch-size {params.forward_batch_size}"
        " --threads {threads}"
        " --memory-mb {resources.mem_mb}"
        " --gpu-jobs {resources.gpu_jobs}"
        " --images-percent {resources.images_percent}"
        " --out {output.labels:q}"
        " --csv {output.csv:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule link_classes:
    """Class folders of links, from the labels."""
    input:
        labels=f"{RUN}/labels.parquet",
        originals=originals,
    output:
        directory(f"{RUN}/class-folders"),
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/link_classes.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/link_classes.tsv"
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    params:
        version=version("link_classes.py"),
    shell:
        "python workflow/scripts/link_classes.py"
        " --labels {input.labels:q}"
        " --originals {input.originals:q}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
