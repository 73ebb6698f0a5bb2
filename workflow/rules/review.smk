"""Review: a person looks through all labels so far, and corrects them, at any time.

Needs:  the journal of a data set that a person labels, and its index; no job of the loop.
Makes:  nothing but events in the journal. Rounds whose questions are not made yet take them over
        (admit_samples, annotate_by_hand), and gather_given of take_away.smk does.
Order:  at any time, also beside a workflow that trains: it declares no file, so it locks none.
"""


# The journal is on the machine where Snakemake was started.
localrules:
    review,


rule review:
    """The page on which labels are reviewed, until Ctrl-C."""
    log:
        f"{LOGS_OF_SWEEP}/review.log",
    conda:
        "../../envs/cbal.yaml"
    threads: 0
    resources:
        label_host=config["labeling"]["host"],
        label_port=config["labeling"]["port"],
        label_public_url=config["labeling"]["public_url"] or "",
        label_double=str(config["labeling"]["double"]),
        label_data=data_to_review,
    shell:
        "python workflow/scripts/review_labels.py"
        " --data {resources.label_data:q}"
        " --host {resources.label_host:q}"
        " --port {resources.label_port}"
        " --public-url {resources.label_public_url:q}"
        " --double {resources.label_double}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
