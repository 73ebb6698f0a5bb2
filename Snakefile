"""Cluster-based active learning: label a large pool of images with few interactions.

snakemake --cores 8                        the sweep named in config.yaml
snakemake --cores 8 --config sweep=paper   another one
snakemake --cores 8 figures                figures and tables only
snakemake --cores 1 partial                the same from a half-finished sweep
snakemake --cores 1 archive                keep the metrics of finished runs
snakemake --cores 8 calibration            compare trainings on held-out training images
"""

from snakemake.utils import min_version

min_version("9.27")


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/learn.smk"
include: "workflow/rules/query.smk"
include: "workflow/rules/label.smk"
include: "workflow/rules/results.smk"
include: "workflow/rules/operation.smk"


report: "workflow/report/workflow.rst"


# Downloads need the network, and the rest takes seconds: not worth a place in a queue.
localrules:
    all,
    figures,
    partial,
    fetch_data,
    fetch_weights,
    finish_run,
    collect_metrics,
    collect_partial,
    annotate_by_hand,
    annotate_validation,
    class_folders,
    link_classes,
    plot_accuracy,
    plot_clusters,
    plot_gallery,
    tabulate,
    tabulate_wins,
    tabulate_claims,
    tabulate_calibration,
    carve_validation,
    archive,


rule all:
    """Everything of the sweep: metrics, figures, tables."""
    default_target: True
    input:
        runs_of_sweep,
        "results/metrics.parquet",
        rules.figures.input,
        labels_of_sweep("labels.parquet", "labels.csv"),
