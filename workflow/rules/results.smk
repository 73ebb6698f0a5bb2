"""Results: what people look at, from results/metrics.parquet alone.

Needs:  metrics.parquet of all rounds, and of the supervised baseline.
Makes:  run.parquet of each run; results/metrics.parquet, results/figures/, results/tables/; the same below
        results/partial/ from what a half-finished sweep has.
Order:  finish_run -> collect_metrics | collect_partial -> plot_accuracy, plot_clusters, tabulate,
        tabulate_wins, tabulate_claims; plot_gallery needs no metrics but a round's clusters;
        tabulate_calibration needs those of the calibration alone.
"""


# Seconds of work: not worth a place in a queue.
localrules:
    figures,
    partial,
    calibration,
    archive,
    finish_run,
    collect_metrics,
    collect_partial,
    plot_accuracy,
    plot_clusters,
    plot_gallery,
    tabulate,
    tabulate_wins,
    tabulate_claims,
    tabulate_calibration,


rule figures:
    """Figures and tables of the sweep."""
    input:
        expand("results/figures/{name}.{ext}", name=["accuracy", "clusters"], ext=["png", "pdf"]),
        expand("results/figures/gallery-{dataset}.{ext}", dataset=GALLERIES, ext=["png", "pdf"]),
        expand("results/tables/{name}.{ext}", name=TABLES, ext=["md", "csv"]),


rule partial:
    """Figures and tables of what is there of a half-finished sweep; trains nothing."""
    input:
        expand(
            "results/partial/figures/{name}.{ext}",
            name=["accuracy", "clusters"],
            ext=["png", "pdf"],
        ),
        expand("results/partial/tables/{name}.{ext}", name=TABLES, ext=["md", "csv"]),


rule calibration:
    """The table of the trainings that the sweep's calibration compares."""
    input:
        expand("results/tables/calibration.{ext}", ext=["md", "csv"]),


rule archive:
    """Copy the metrics of finished runs to the sweep's archive; trains nothing."""
    log:
        "logs/archive.log",
    conda:
        "../../envs/cbal.yaml"
    params:
        settings=to_archive,
        defaults=usual_settings,
        seeds=SWEEP["seeds"],
        archive=SWEEP["archive"],
    shell:
        "python workflow/scripts/archive_runs.py"
        " --results results"
        " --settings {params.settings:q}"
        " --defaults {params.defaults:q}"
        " --seeds {params.seeds}"
        " --archive {params.archive:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule finish_run:
    """All rounds of a run in one file, with the settings that made them.

    Settings are no parameter of the rules that train: one that changes no number, as a new one
    at its default, is written down anew and trains nothing.
    """
    input:
        rounds_of_run,
    output:
        f"{RUN}/run.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/finish_run.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/finish_run.tsv"
    wildcard_constraints:
        scenario=one_of([*SCENARIOS, "supervised"]),
    conda:
        "../../envs/cbal.yaml"
    params:
        settings=made_by,
        version=version("finish_run.py"),
    shell:
        "python workflow/scripts/finish_run.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --metrics {input:q}"
        " --settings {params.settings:q}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule collect_metrics:
    """Gather the metrics of the whole sweep."""
    input:
        runs_of_sweep,
    output:
        "results/metrics.parquet",
    log:
        "logs/collect_metrics.log",
    benchmark:
        "logs/collect_metrics.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        datasets=SWEEP["datasets"],
        scenarios=SWEEP["scenarios"],
        seeds=SWEEP["seeds"],
        rounds=SWEEP["rounds"],
        titles=titles(),
        supervised="" if SWEEP["supervised"] else "--no-supervised",
        archive=SWEEP["archive"] or [],
        partial="",
        version=version("collect_metrics.py"),
    shell:
        "python workflow/scripts/collect_metrics.py"
        " --results results"
        " --datasets {params.datasets:q}"
        " --scenarios {params.scenarios:q}"
        " --seeds {params.seeds}"
        " --rounds {params.rounds}"
        " --titles {params.titles:q}"
        " {params.supervised}"
        " --archive {params.archive:q}"
        " {params.partial}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule collect_metrics as collect_partial with:
    # No input, so that nothing is trained; what is there is a parameter, so that it is
    # gathered again when there is more.
    input:
        [],
    output:
        "results/partial/metrics.parquet",
    log:
        "logs/collect_partial.log",
    benchmark:
        "logs/collect_partial.tsv"
    params:
        datasets=SWEEP["datasets"],
        scenarios=SWEEP["scenarios"],
        seeds=SWEEP["seeds"],
        rounds=SWEEP["rounds"],
        titles=titles(),
        supervised="" if SWEEP["supervised"] else "--no-supervised",
        archive=SWEEP["archive"] or [],
        partial="--partial",
        version=version("collect_metrics.py"),
        present=present_metrics,


rule plot_accuracy:
    """Figure 2: test accuracy against interactions."""
    input:
        metrics="results/{part}metrics.parquet",
    output:
        png=report(
            "results/{part}figures/accuracy.png",
            caption="../report/accuracy.rst",
            category="Figures",
            labels={"figure": "2: test accuracy"},
        ),
        pdf="results/{part}figures/accuracy.pdf",
    log:
        "logs/{part}plot_accuracy.log",
    benchmark:
        "logs/{part}plot_accuracy.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        version=version("plot_accuracy.py"),
    shell:
        "python workflow/scripts/plot_accuracy.py"
        " --metrics {input.metrics:q}"
        " --out {output.png:q} {output.pdf:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule plot_clusters:
    """Figure 3: accuracy and number of cluster-labeled images."""
    input:
        metrics="results/{part}metrics.parquet",
    output:
        png=report(
            "results/{part}figures/clusters.png",
            caption="../report/clusters.rst",
            category="Figures",
            labels={"figure": "3: cluster labels"},
        ),
        pdf="results/{part}figures/clusters.pdf",
    log:
        "logs/{part}plot_clusters.log",
    benchmark:
        "logs/{part}plot_clusters.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        version=version("plot_clusters.py"),
    shell:
        "python workflow/scripts/plot_clusters.py"
        " --metrics {input.metrics:q}"
        " --out {output.png:q} {output.pdf:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule tabulate:
    """The table: final accuracy, area under the budget curve, interactions needed."""
    input:
        metrics="results/{part}metrics.parquet",
    output:
        md="results/{part}tables/summary.md",
        csv=report(
            "results/{part}tables/summary.csv",
            caption="../report/summary.rst",
            category="Tables",
            labels={"figure": "summary"},
        ),
    log:
        "logs/{part}tabulate.log",
    benchmark:
        "logs/{part}tabulate.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        script="tabulate_metrics.py",
        version=version("tabulate_metrics.py"),
    shell:
        "python workflow/scripts/{params.script}"
        " --metrics {input.metrics:q}"
        " --markdown {output.md:q}"
        " --csv {output.csv:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule tabulate as tabulate_wins with:
    # Which scenario beats which, seed by seed.
    output:
        md="results/{part}tables/wins.md",
        csv=report(
            "results/{part}tables/wins.csv",
            caption="../report/wins.rst",
            category="Tables",
            labels={"figure": "which beats which"},
        ),
    log:
        "logs/{part}tabulate_wins.log",
    benchmark:
        "logs/{part}tabulate_wins.tsv"
    params:
        script="tabulate_wins.py",
        version=version("tabulate_wins.py"),


rule tabulate_claims:
    """What the paper says of its results, and what this sweep says of it."""
    input:
        metrics="results/{part}metrics.parquet",
    output:
        md="results/{part}tables/claims.md",
        csv=report(
            "results/{part}tables/claims.csv",
            caption="../report/claims.rst",
            category="Tables",
            labels={"figure": "the paper's claims"},
        ),
    log:
        "logs/{part}tabulate_claims.log",
    benchmark:
        "logs/{part}tabulate_claims.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        published=published(),
        version=version("tabulate_claims.py"),
    shell:
        "python workflow/scripts/tabulate_claims.py"
        " --metrics {input.metrics:q}"
        " --published {params.published:q}"
        " --markdown {output.md:q}"
        " --csv {output.csv:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule tabulate_calibration:
    """Accuracy on held-out training images, for each training that was tried."""
    input:
        metrics=metrics_of_calibration,
    output:
        md="results/tables/calibration.md",
        csv="results/tables/calibration.csv",
    log:
        "logs/tabulate_calibration.log",
    benchmark:
        "logs/tabulate_calibration.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        trainings=trainings,
        published=published(),
        titles=titles(),
        version=version("tabulate_calibration.py"),
    shell:
        "python workflow/scripts/tabulate_calibration.py"
        " --metrics {input.metrics:q}"
        " --trainings {params.trainings:q}"
        " --published {params.published:q}"
        " --titles {params.titles:q}"
        " --markdown {output.md:q}"
        " --csv {output.csv:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule plot_gallery:
    """Figure 1: clusters that the annotator accepted, with their label, and refused."""
    input:
        query=gallery("query.parquet"),
        annotations=gallery("annotations.parquet"),
        index=class_names,
        images=f"{DATA}/images.npy",
    output:
        png=report(
            "results/figures/gallery-{dataset}.png",
            caption="../report/gallery.rst",
            category="Figures",
            labels={"figure": "1: clusters of {dataset}"},
        ),
        pdf="results/figures/gallery-{dataset}.pdf",
    log:
        "logs/{dataset}/plot_gallery.log",
    benchmark:
        "logs/{dataset}/plot_gallery.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        title=title,
        version=version("plot_gallery.py"),
    shell:
        "python workflow/scripts/plot_gallery.py"
        " --query {input.query:q}"
        " --annotations {input.annotations:q}"
        " --index {input.index:q}"
        " --images {input.images:q}"
        " --title {params.title:q}"
        " --out {output.png:q} {output.pdf:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
