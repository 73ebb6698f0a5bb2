"""Prepare by hand: images without labels, for data sets with `annotator: human`.

Needs:  a folder of images without labels, or a public data set whose labels are not used.
Makes:  index, images and validation query of the data set, without any true label; the pool of
        round 0; of each later round start.parquet, its pool before the first query.
Order:  prepare_unlabeled -> annotate_validation of label.smk, if there is a validation
        -> init_pool_by_hand; admit_samples -> each step's query.

Files may come and go while a person labels. Samples keep their numbers, so no question changes.
"""


rule prepare_unlabeled:
    """Store the images that can be read, and draw the validation.

    The rule runs again when files have come or gone. Once there are answers, new files get the
    next numbers, and files that are gone keep their numbers and their pixels.
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
        dataset=annotated_by("human", "image"),
    conda:
        "../../envs/cbal.yaml"
    threads: threads_of
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
        interactions=data_setting("interactions"),  # only checked: another number reruns nothing
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
        f" --journal {LABELING_FOLDER}"
        " --index {output.index:q}"
        " --query {output.query:q}"
        " --images {output.images:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule admit_samples:
    """The pool at the start of a round: the previous one, with the files that came since."""
    input:
        pool=round_before("pool.parquet"),
        index=settled(f"{DATA}/index.parquet"),
        validation=[],
        labels=[],
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
    resources:
        label_classes=label_classes,  # another list reruns nothing
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
        f" --journal {LABELING_FOLDER}"
        " --pool {input.pool:q}"
        " --index {input.index:q}"
        " --validation {input.validation:q}"
        " --interactions {params.interactions}"
        " --labels {input.labels:q}"
        " --classes {resources.label_classes:q}"
        " --out {output.pool:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule admit_samples as init_pool_by_hand with:
    # Before round 1 there is no label but those that the person has already.
    input:
        pool=[],
        index=settled(f"{DATA}/index.parquet"),
        validation=validation(VALIDATION),
        labels=labels_to_import,
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
