"""Results: the metrics of runs and of the sweep, and the targets that people ask for.

Needs:  metrics.parquet and annotations of all rounds, and metrics of the supervised baseline.
Makes:  run.parquet of each run, with the annotator's effort; the sweep's archive;
        results/sweeps/{sweep}/metrics.parquet, and partial/metrics.parquet beside it, of the
        finished rounds so far.
Order:  finish_run -> collect_metrics | collect_partial -> the rules of figures.smk and tables.smk.
"""


# These jobs take seconds, which is not worth waiting in a queue.
localrules:
    figures,
    partial,
    archive,
    finish_run,
    collect_metrics,
    collect_partial,


rule figures:
    """Figures and tables of the sweep."""
    input:
        drawn(figures=FIGURES, tables=TABLES),
        drawn(figures=[f"gallery-{dataset}" for dataset in GALLERIES] + OF_PASSES),


rule partial:
    """Figures and tables of the finished rounds so far; trains nothing."""
    input:
        drawn("partial/", figures=FIGURES, tables=TABLES),


rule archive:
    """Copy the metrics of finished runs to the sweep's archive; trains nothing."""
    log:
        f"{LOGS_OF_SWEEP}/archive.log",
    conda:
        "../../envs/cbal.yaml"
    params:
        results=paths.RESULTS,
        settings=to_archive,
        defaults=usual_settings,
        seeds=SWEEP["seeds"],
        archive=SWEEP["archive"],
    shell:
        "python workflow/scripts/archive_runs.py"
        " --results {params.results:q}"
        " --settings {params.settings:q}"
        " --defaults {params.defaults:q}"
        " --seeds {params.seeds}"
        " --archive {params.archive:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule finish_run:
    """All rounds of a run in one file, with the settings that they depend on.

    The settings are a parameter here and not of the rules that train. So a setting that changes
    no number, such as a new one at its default, is stored again, but nothing is trained.
    """
    input:
        metrics=rounds_of_run,
        annotations=annotations_of_run,
        predictions=predictions_of_run,
    output:
        f"{RUN}/{FINISHED}",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/finish_run.log",
    benchmark:
        "logs/{dataset}/{scenario}/seed-{seed}/finish_run.tsv"
    wildcard_constraints:
        scenario=one_of([*SCENARIOS, BASELINE]),
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
        " --metrics {input.metrics:q}"
        " --annotations {input.annotations:q}"
        " --predictions {input.predictions:q}"
        " --settings {params.settings:q}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule collect_metrics:
    """Gather the metrics of the whole sweep."""
    input:
        runs_of_sweep,
    output:
        f"{OF_SWEEP}/metrics.parquet",
    log:
        f"{LOGS_OF_SWEEP}/collect_metrics.log",
    benchmark:
        f"{LOGS_OF_SWEEP}/collect_metrics.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        unfinished=[],
        rounds=SWEEP["rounds"],
        titles=titles,
        costs=COSTS,
        persons=persons,
        version=version("collect_metrics.py"),
    shell:
        "python workflow/scripts/collect_metrics.py"
        " --runs {input:q} {params.unfinished:q}"
        " --rounds {params.rounds}"
        " --titles {params.titles:q}"
        " --costs {params.costs}"
        " --persons {params.persons:q}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule collect_metrics as collect_partial with:
    # There is no input, so nothing is trained. The files that exist are a parameter, so they are
    # gathered again when there are more.
    input:
        [],
    output:
        f"{OF_SWEEP}/partial/metrics.parquet",
    log:
        f"{LOGS_OF_SWEEP}/collect_partial.log",
    benchmark:
        f"{LOGS_OF_SWEEP}/collect_partial.tsv"
    params:
        unfinished=folders_of_runs,
        rounds=SWEEP["rounds"],
        titles=titles,
        costs=COSTS,
        persons=persons,
        version=version("collect_metrics.py"),
        present=present_metrics,
