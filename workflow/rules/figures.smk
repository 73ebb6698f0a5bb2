"""Figures: pictures of a sweep, from its metrics alone.

Needs:  metrics.parquet of the sweep, or of the finished rounds so far (partial/).
Makes:  figures/ beside it.
Order:  none; plot_gallery needs the clusters of a round, and no metrics.
"""


# These jobs take seconds, which is not worth waiting in a queue.
localrules:
    plot_accuracy,
    plot_clusters,
    plot_forest,
    plot_take_away,
    plot_gallery,


rule plot_accuracy:
    """Figure 2: test accuracy against the budget."""
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
        script="plot_accuracy.py",
        budget=SWEEP["budget"],
        version=version("plot_accuracy.py"),
    shell:
        "python workflow/scripts/{params.script}"
        " --metrics {input.metrics:q}"
        " --budget {params.budget}"
        " --out {output.png:q} {output.pdf:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule plot_accuracy as plot_clusters with:
    # Figure 3: accuracy and number of cluster-labeled images.
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
    params:
        script="plot_clusters.py",
        budget=SWEEP["budget"],
        version=version("plot_clusters.py"),


use rule plot_accuracy as plot_forest with:
    # Forest plot: the effort that each scenario needs to reach the goal.
    output:
        png=report(
            f"{PART}figures/forest.png",
            caption="../report/forest.rst",
            category="Figures",
            labels={"figure": "effort to the goal"},
        ),
        pdf=f"{PART}figures/forest.pdf",
    log:
        f"{PART_LOGS}plot_forest.log",
    benchmark:
        f"{PART_LOGS}plot_forest.tsv"
    params:
        script="plot_forest.py",
        budget=SWEEP["budget"],
        version=version("plot_forest.py"),


use rule plot_accuracy as plot_take_away with:
    # Labels to take away: files with a right one, and files covered at 99 %.
    output:
        png=report(
            f"{PART}figures/take-away.png",
            caption="../report/take-away-figure.rst",
            category="Figures",
            labels={"figure": "labels to take away"},
        ),
        pdf=f"{PART}figures/take-away.pdf",
    log:
        f"{PART_LOGS}plot_take_away.log",
    benchmark:
        f"{PART_LOGS}plot_take_away.tsv"
    params:
        script="plot_take_away.py",
        budget=SWEEP["budget"],
        version=version("plot_take_away.py"),


rule plot_gallery:
    """Figure 1: clusters that the annotator accepted, with their label, and refused."""
    input:
        query=gallery("query.parquet"),
        annotations=gallery_annotations,
        index=class_names,
        images=of_images(f"{DATA}/images.npy"),
        samples=not_of_images(f"{DATA}/index.parquet"),
        originals=of_embeddings(originals),
        texts=of_texts(paths.TEXTS),
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
        " --samples {input.samples:q}"
        " --originals {input.originals:q}"
        " --texts {input.texts:q}"
        " --title {params.title:q}"
        " --out {output.png:q} {output.pdf:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
