"""Cluster-based active learning: label a large pool of images with few interactions.

snakemake --cores 8                        the sweep named in config.yaml
snakemake --cores 8 --config sweep=paper   another one
snakemake --cores 8 figures                figures and tables only
snakemake --cores 1 partial                the same from a half-finished sweep
snakemake --cores 1 labels_so_far          what a person labeled so far
snakemake --cores 1 agreement              how far people agree who label together
snakemake --cores 1 review                 correct labels on a page, at any time
snakemake --cores 1 archive                keep the metrics of finished runs
snakemake --cores 8 calibration            compare trainings on held-out training images
snakemake --cores 1 cost_model             seconds of each sort of answer, from a person's
"""

from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/start.smk"


configfile: "config.yaml"


include: "workflow/rules/inputs/settings.smk"
include: "workflow/rules/inputs/submissions.smk"
include: "workflow/rules/inputs/data.smk"
include: "workflow/rules/inputs/person.smk"
include: "workflow/rules/inputs/models.smk"
include: "workflow/rules/inputs/steps.smk"
include: "workflow/rules/inputs/rounds.smk"
include: "workflow/rules/inputs/learned.smk"
include: "workflow/rules/inputs/oracles.smk"
include: "workflow/rules/inputs/stopping.smk"
include: "workflow/rules/inputs/doubt.smk"
include: "workflow/rules/inputs/sweep.smk"
include: "workflow/rules/inputs/gallery.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/prepare_by_hand.smk"
include: "workflow/rules/activations.smk"
include: "workflow/rules/embeddings.smk"
include: "workflow/rules/texts.smk"
include: "workflow/rules/features.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/encode_texts.smk"
include: "workflow/rules/head.smk"
include: "workflow/rules/calibration.smk"
include: "workflow/rules/stopping.smk"
include: "workflow/rules/doubt.smk"
include: "workflow/rules/query.smk"
include: "workflow/rules/pool.smk"
include: "workflow/rules/weigh.smk"
include: "workflow/rules/label.smk"
include: "workflow/rules/final.smk"
include: "workflow/rules/take_away.smk"
include: "workflow/rules/review.smk"
include: "workflow/rules/exports.smk"
include: "workflow/rules/people.smk"
include: "workflow/rules/results.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/costs.smk"
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
        suspects_of_sweep,
        labels_of_sweep("labels.parquet", "labels.csv"),
