"""Cost model: the seconds of a person's answers.

Needs:  annotations.parquet of a person, of the rounds that are there.
Makes:  results/sweeps/{sweep}/cost-model.yaml, to be copied into the settings.
Order:  at any time; nothing is asked or trained.
"""


# Seconds of work: not worth a place in a queue.
localrules:
    cost_model,


rule cost_model:
    """Fit the key `seconds:` of the settings to a person's answers so far; trains nothing."""
    log:
        f"{LOGS_OF_SWEEP}/cost_model.log",
    conda:
        "../../envs/cbal.yaml"
    params:
        folders=folders_of_persons,
        out=f"{OF_SWEEP}/cost-model.yaml",
    shell:
        "python workflow/scripts/fit_costs.py"
        " --folders {params.folders:q}"
        " --out {params.out:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)\n"
        "cat {params.out:q}"
