"""Final: the labels of a whole data set that a person labels, and a training for them alone.

Needs:  given.parquet of take_away.smk, and pool and model of the last round.
Makes:  labels.parquet and labels.csv; before them final/ of the run, for data sets with
        `final_training:`: another model, trained on the labels of the last round's pool.
Order:  the last round's train or train_head -> train_final, where there is one -> write_labels.

The final model is measured on the validation images, as the last round's is. The better one
predicts the labels.
"""


use rule train as train_final with:
    input:
        pool=learned_last,
        index=settled(f"{DATA}/index.parquet"),
        truth=last_round("known.parquet"),
        images=settled_inputs,
        weights=weights_file,
    output:
        metrics=f"{FINAL}/metrics.parquet",
        predictions=[],
        timing=f"{FINAL}/timing.parquet",
        model=f"{FINAL}/model.safetensors",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/{final}/train.log",
    group:
        "final_{dataset}_{scenario}_{seed}"
    params:
        round=SWEEP["rounds"],


rule write_labels:
    """Labels of all images: the person's, and the last model's for the others."""
    input:
        given=f"{RUN}/given.parquet",
        pool=last_round("pool.parquet"),
        images=of_images(network_inputs),
        model=last_round("model.safetensors"),
        metrics=metrics_to_compare,
        final=final_training("model.safetensors"),
        final_images=final_inputs,
        final_metrics=final_training("metrics.parquet"),
        encoded=encoded_of_all,
        features=features_of_all,
    output:
        labels=f"{RUN}/labels.parquet",
        csv=f"{RUN}/labels.csv",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/write_labels.log",
    wildcard_constraints:
        dataset=annotated_by("human"),
    conda:
        "../../envs/cbal.yaml"
    threads: of_final(threads_of)
    resources:
        mem_mb=growing(8000),
        runtime=growing(30),
        gpu=1,
        gpu_jobs=jobs_on_gpus,
        images_percent=50,
    params:
        round=SWEEP["rounds"],
        precision=of_final(model_setting("precision")),
        compile=of_final(model_switch("compile", "--compile")),
        forward_batch_size=of_final(model_setting("forward_batch_size")),
        version=version("write_labels.py"),
    shell:
        "python workflow/scripts/write_labels.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {params.round}"
        " --given {input.given:q}"
        " --pool {input.pool:q}"
        " --images {input.images:q}"
        " --model {input.model:q}"
        " --metrics {input.metrics:q}"
        " --final {input.final:q}"
        " --final-images {input.final_images:q}"
        " --final-metrics {input.final_metrics:q}"
        " --encoded {input.encoded:q}"
        f"{ON_DEVICE}"
        " --out {output.labels:q}"
        " --csv {output.csv:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
