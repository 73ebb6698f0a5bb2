"""Tables of a sweep, from its metrics alone.

Needs:  metrics.parquet of the sweep, or of the finished rounds so far (partial/).
Makes:  tables/ beside it.
Order:  none.
"""


# These jobs take seconds, which is not worth waiting in a queue.
localrules:
    tabulate,
    tabulate_wins,
    tabulate_claims,


rule tabulate:
    """The table: final accuracy, area under the budget curve, interactions needed."""
    input:
        metrics=f"{PART}metrics.parquet",
    output:
        md=f"{PART}tables/summary.md",
        csv=report(
            f"{PART}tables/summary.csv",
            caption="../report/summary.rst",
            category="Tables",
            labels={"figure": "summary"},
        ),
    log:
        f"{PART_LOGS}tabulate.log",
    benchmark:
        f"{PART_LOGS}tabulate.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        script="tabulate_metrics.py",
        # The indexes are no input, since an archived sweep has tables without its data sets.
        options=["--within", SWEEP["goal"]["within"], "--indexes"]
        + expand(f"{DATA}/index.parquet", dataset=SWEEP["datasets"]),
        version=version("tabulate_metrics.py"),
    shell:
        "python workflow/scripts/{params.script}"
        " --metrics {input.metrics:q}"
        " {params.options:q}"
        " --markdown {output.md:q}"
        " --csv {output.csv:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule tabulate as tabulate_wins with:
    # Which scenario beats which, seed by seed.
    output:
        md=f"{PART}tables/wins.md",
        csv=report(
            f"{PART}tables/wins.csv",
            caption="../report/wins.rst",
            category="Tables",
            labels={"figure": "which beats which"},
        ),
    log:
        f"{PART_LOGS}tabulate_wins.log",
    benchmark:
        f"{PART_LOGS}tabulate_wins.tsv"
    params:
        script="tabulate_wins.py",
        options=[],
        version=version("tabulate_wins.py"),


rule tabulate_claims:
    """The paper's claims, and whether this sweep agrees with them."""
    input:
        metrics=f"{PART}metrics.parquet",
    output:
        md=f"{PART}tables/claims.md",
        csv=report(
            f"{PART}tables/claims.csv",
            caption="../report/claims.rst",
            category="Tables",
            labels={"figure": "the paper's claims"},
        ),
    log:
        f"{PART_LOGS}tabulate_claims.log",
    benchmark:
        f"{PART_LOGS}tabulate_claims.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        published=published,
        within=SWEEP["goal"]["within"],
        version=version("tabulate_claims.py"),
    shell:
        "python workflow/scripts/tabulate_claims.py"
        " --metrics {input.metrics:q}"
        " --published {params.published:q}"
        " --within {params.within}"
        " --markdown {output.md:q}"
        " --csv {output.csv:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
