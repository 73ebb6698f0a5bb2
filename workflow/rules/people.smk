"""People: how far those agree who label one data set together (`labeling: double:`).

Needs:  the journal.
Makes:  agreement.csv, agreement.md and disagreements.csv of each run, on demand.
Order:  at any time; nothing is asked or trained.
"""


# The journal is on the machine where Snakemake was started.
localrules:
    agreement,
    tabulate_agreement,


rule agreement:
    """How far people agree, for each run that people label; trains nothing."""
    input:
        labels_of_sweep("agreement.csv", "agreement.md", "disagreements.csv"),


rule tabulate_agreement:
    """Percent and Cohen's kappa of each two people, and the questions where they differ."""
    output:
        csv=f"{RUN}/agreement.csv",
        markdown=f"{RUN}/agreement.md",
        disagreements=f"{RUN}/disagreements.csv",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/tabulate_agreement.log",
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    params:
        index=f"{DATA}/index.parquet",
        journal=journal_state,
        version=version("tabulate_agreement.py"),
    shell:
        "python workflow/scripts/tabulate_agreement.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        f" --journal {LABELING_FOLDER}"
        " --index {params.index:q}"
        " --csv {output.csv:q}"
        " --markdown {output.markdown:q}"
        " --disagreements {output.disagreements:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
