"""Cluster-based active learning: label a large pool of images with few interactions.

snakemake --cores 8                        the sweep named in config.yaml
snakemake --cores 8 --config sweep=paper   another one
snakemake --cores 8 figures                figures and tables only
snakemake --cores 1 partial                the same from a half-finished sweep
snakemake --cores 1 labels_so_far          what a person labeled so far
snakemake --cores 1 archive                keep the metrics of finished runs
snakemake --cores 8 calibration            compare trainings on held-out training images
"""

from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/start.smk"


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/common_rounds.smk"
include: "workflow/rules/common_sweep.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/learn.smk"
include: "workflow/rules/head.smk"
include: "workflow/rules/query.smk"
include: "workflow/rules/label.smk"
include: "workflow/rules/take_away.smk"
include: "workflow/rules/results.smk"
include: "workflow/rules/drawing.smk"
include: "workflow/rules/operation.smk"


report: "workflow/report/workflow.rst"


localrules:
    all,


rule all:
    """Everything of the sweep: metrics, figures, tables."""
    default_target: True
    input:
        runs_of_sweep,
        f"{OF_SWEEP}/metrics.parquet",
        rules.figures.input,
        labels_of_sweep("labels.parquet", "labels.csv"),
