"""Calibration: trainings compared on held-out training images, never on the test split.

Needs:  data and weights; a sweep with `calibration:`.
Makes:  calibration/{trial}/ of each data set, and the table that compares them.
Order:  carve_validation -> train_trial | train_head_trial -> tabulate_calibration.
"""


# These jobs take seconds, which is not worth waiting in a queue.
localrules:
    calibration,
    carve_validation,
    tabulate_calibration,


rule calibration:
    """The table of the trainings that the sweep's calibration compares."""
    input:
        drawn(tables=["calibration"]),


rule carve_validation:
    """An index without the test split: the validation split, or training images held out."""
    input:
        index=f"{DATA}/index.parquet",
        truth=f"{DATA}/truth.parquet",
    output:
        HELD_OUT,
    log:
        "logs/{dataset}/calibration/carve_validation.log",
    benchmark:
        "logs/{dataset}/calibration/carve_validation.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        fraction=CALIBRATION and CALIBRATION["fraction"],
        split_seed=data_setting("split_seed"),
        version=version("carve_validation.py"),
    shell:
        "python workflow/scripts/carve_validation.py"
        " --dataset {wildcards.dataset:q}"
        " --index {input.index:q}"
        " --truth {input.truth:q}"
        " --fraction {params.fraction}"
        " --split-seed {params.split_seed}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule train_supervised as train_trial with:
    # The index has no test split, so that the test split decides nothing.
    input:
        pool=[],
        index=HELD_OUT,
        truth=f"{DATA}/truth.parquet",
        images=network_inputs,
        weights=weights_file,
    output:
        metrics=f"{TRIAL}/metrics.parquet",
        predictions=[],
        timing=f"{TRIAL}/timing.parquet",
        model=temp(f"{TRIAL}/model.safetensors"),
    log:
        "logs/{dataset}/calibration/{trial}/seed-{seed}/train.log",
    group:
        "calibration_{dataset}_{trial}_{seed}"
    params:
        scenario="calibration",
        split="validation",


use rule train_head_supervised as train_head_trial with:
    # The index has no test split, so that the test split decides nothing.
    input:
        pool=[],
        index=HELD_OUT,
        truth=f"{DATA}/truth.parquet",
        encoded=ENCODED,
    output:
        metrics=f"{TRIAL}/metrics.parquet",
        predictions=[],
        timing=f"{TRIAL}/timing.parquet",
        model=f"{TRIAL}/model.safetensors",
        probabilities=[],
    log:
        "logs/{dataset}/calibration/{trial}/seed-{seed}/train.log",
    group:
        "calibration_{dataset}_{trial}_{seed}"
    params:
        scenario="calibration",
        round=0,
        l2=training("l2"),
        forgiving=forgiving,
        members=1,
        split="validation",
        version=version("train_head.py"),


ruleorder: train_head_trial > train_trial


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
