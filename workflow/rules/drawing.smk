"""Drawing: figures and tables, from the metrics of a sweep alone.

Needs:  results/sweeps/{sweep}/metrics.parquet, or partial/metrics.parquet there.
Makes:  figures/ and tables/ beside it.
Order:  none among plot_accuracy, plot_clusters, tabulate, tabulate_wins, tabulate_claims;
        plot_gallery needs no metrics but a round's clusters, tabulate_calibration those of the
        calibration.
"""


# Seconds of work: not worth a place in a queue.
localrules:
    plot_accuracy,
    plot_clusters,
    plot_gallery,
    tabulate,
    tabulate_wins,
    tabulate_claims,
    tabulate_calibration,


rule plot_accuracy:
    """Figure 2: test accuracy against interactions."""
    input:
        metrics=f"{PART}metrics.parquet",
    output:
        png=report(
            f"{PART}figures/accuracy.png",
            caption="../report/accuracy.rst",
            category="Figures",
            labels={"figure": "2: test accuracy"},
        ),
        pdf=f"{PART}figures/accuracy.pdf",
    log:
        f"{PART_LOGS}plot_accuracy.log",
    benchmark:
        f"{PART_LOGS}plot_accuracy.tsv"
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
        metrics=f"{PART}metrics.parquet",
    output:
        png=report(
            f"{PART}figures/clusters.png",
            caption="../report/clusters.rst",
            category="Figures",
            labels={"figure": "3: cluster labels"},
        ),
        pdf=f"{PART}figures/clusters.pdf",
    log:
        f"{PART_LOGS}plot_clusters.log",
    benchmark:
        f"{PART_LOGS}plot_clusters.tsv"
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
        goal=f"--within {SWEEP['goal']['within']}",
        version=version("tabulate_metrics.py"),
    shell:
        "python workflow/scripts/{params.script}"
        " --metrics {input.metrics:q}"
        " {params.goal}"
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
        goal="",
        version=version("tabulate_wins.py"),


rule tabulate_claims:
    """What the paper says of its results, and what this sweep says of it."""
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


rule tabulate_calibration:
    """Accuracy on held-out training images, for each training that was tried."""
    input:
        metrics=metrics_of_calibration,
    output:
        md=f"{OF_SWEEP}/tables/calibration.md",
        csv=f"{OF_SWEEP}/tables/calibration.csv",
    log:
        f"{LOGS_OF_SWEEP}/tabulate_calibration.log",
    benchmark:
        f"{LOGS_OF_SWEEP}/tabulate_calibration.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        trainings=trainings,
        published=published,
        titles=titles,
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
        annotations=gallery_annotations,
        index=class_names,
        images=f"{DATA}/images.npy",
    output:
        png=report(
            f"{OF_SWEEP}/figures/gallery-{{dataset}}.png",
            caption="../report/gallery.rst",
            category="Figures",
            labels={"figure": "1: clusters of {dataset}"},
        ),
        pdf=f"{OF_SWEEP}/figures/gallery-{{dataset}}.pdf",
    log:
        f"{LOGS_OF_SWEEP}/plot_gallery-{{dataset}}.log",
    benchmark:
        f"{LOGS_OF_SWEEP}/plot_gallery-{{dataset}}.tsv"
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
