"""Take away: the labels of a data set that a person labels (`annotator: human`).

Needs:  the journal, annotations of all rounds, and labels.parquet of final.smk.
Makes:  given.parquet at the end, and again after a correction; class-folders/ and so-far/ on demand.
Order:  gather_given -> write_labels of final.smk -> link_classes; write_labels_so_far at any time.
"""


# The journal is on the machine where Snakemake was started; links take seconds.
localrules:
    class_folders,
    gather_given,
    labels_so_far,
    link_classes,
    write_labels_so_far,


rule class_folders:
    """Class folders with links to the files, for each run that a person labels."""
    input:
        labels_of_sweep("class-folders"),


rule labels_so_far:
    """The labels that a person gave so far, at any time; trains nothing."""
    input:
        labels_of_sweep("so-far/labels.parquet", "so-far/labels.csv"),


rule gather_given:
    """The label that the person gave each image: the last valid answer of all rounds."""
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
        review=review_state,
        version=version("gather_given.py"),
    shell:
        "python workflow/scripts/gather_given.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --index {input.index:q}"
        f" --journal {LABELING_FOLDER}"
        " --annotations {input.annotations:q} {input.validation:q}"
        " --out {output.given:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule write_labels_so_far:
    """The labels given so far, from the journal alone, without a model."""
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
        f" --journal {LABELING_FOLDER}"
        " --index {params.index:q}"
        " --out {output.labels:q}"
        " --csv {output.csv:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule link_classes:
    """Class folders of links, from the labels."""
    input:
        labels=f"{RUN}/{{when}}labels.parquet",
        originals=sources,
    output:
        directory(f"{RUN}/{{when}}class-folders"),
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/{when}link_classes.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/{when}link_classes.tsv"
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
