"""Take away: the labels of a data set that a person labels (`annotator: human`).

Needs:  the journal, annotations of all rounds, and the last model.
Makes:  given.parquet, labels.parquet and labels.csv at the end; class-folders/ and so-far/ on
        demand.
Order:  gather_given, and the last round's train -> write_labels -> link_classes;
        write_labels_so_far at any time.
"""


# The journal is where Snakemake was started; links take seconds.
localrules:
    class_folders,
    gather_given,
    labels_so_far,
    link_classes,
    write_labels_so_far,


rule class_folders:
    """A folder of class folders, with links to the files, of each data set labeled here."""
    input:
        labels_of_sweep("class-folders"),


rule labels_so_far:
    """The labels that a person gave so far, before the last round too; trains nothing."""
    input:
        labels_of_sweep("so-far/labels.parquet", "so-far/labels.csv"),


rule gather_given:
    """What the person said of each image: the last answer that holds, of all rounds."""
    input:
        index=f"{DATA}/index.parquet",
        annotations=annotations_of_run,
        validation=validation(VALIDATION),
    output:
        given=f"{RUN}/given.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/gather_given.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/gather_given.tsv"
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    params:
        version=version("gather_given.py"),
    shell:
        "python workflow/scripts/gather_given.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --index {input.index:q}"
        " --journal results/{wildcards.dataset:q}/labeling"
        " --annotations {input.annotations:q} {input.validation:q}"
        " --out {output.given:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule write_labels:
    """The labels of the whole data set: the person's, and the last model's for the rest."""
    input:
        given=f"{RUN}/given.parquet",
        pool=last_round("pool.parquet"),
        images=network_inputs,
        model=last_round("model.safetensors"),
        encoded=encoded_of_all,
        features=features_of_all,
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
        " --given {input.given:q}"
        " --pool {input.pool:q}"
        " --images {input.images:q}"
        " --model {input.model:q}"
        " --encoded {input.encoded:q}"
        f"{ON_DEVICE}"
        " --out {output.labels:q}"
        " --csv {output.csv:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule write_labels_so_far:
    """What the person said so far, at any time: from the journal alone, without a model."""
    output:
        labels=f"{RUN}/so-far/labels.parquet",
        csv=f"{RUN}/so-far/labels.csv",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/write_labels_so_far.log",
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    params:
        index=f"{DATA}/index.parquet",
        journal=journal_state,
        version=version("labels_so_far.py"),
    shell:
        "python workflow/scripts/labels_so_far.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --journal results/{wildcards.dataset:q}/labeling"
        " --index {params.index:q}"
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
