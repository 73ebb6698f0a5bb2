"""Train: a network on the labels so far, all of it or from a named module on (`trainable:`).

Needs:  data or activations, weights, and pool.parquet of the round.
Makes:  metrics.parquet and timing.parquet (kept); model.safetensors (temporary).
Order:  update_pool -> weigh_labels, if any -> train -> the next round's extract_features; beside
        train, train_member for each other member of an ensemble; train_supervised once for each
        seed.

Evaluation is part of train, so that the model can be temporary. The last round's model is kept:
it is the result of the run, and a longer sweep starts from it without training it again.
features.smk says how a job uses its device.
"""


rule train:
    """Train on the labels of the round's pool and evaluate on the test split."""
    input:
        pool=learned,
        index=settled(f"{DATA}/index.parquet"),
        truth=reference,
        images=settled_inputs,
        weights=weights_file,
    output:
        metrics=f"{ROUND}/metrics.parquet",
        predictions=PREDICTIONS_OF_NETWORK,
        timing=f"{ROUND}/timing.parquet",
        model=temp(f"{ROUND}/model.safetensors"),
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/train.log",
    group:
        AFTER_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    threads: threads_of
    resources:
        mem_mb=growing(8000),
        runtime=growing(60),
        gpu=1,
        gpu_jobs=jobs_on_gpus,
        images_percent=50,
    params:
        scenario=key("scenario", BASELINE),
        round=key("round", 0),
        architecture=model_setting("architecture"),
        image_size=model_setting("image_size"),
        preprocessing=preprocessing,
        trainable=model_setting("trainable"),
        epochs=training("epochs"),
        batch_size=training("batch_size"),
        learning_rate=training("learning_rate"),
        momentum=training("momentum"),
        weight_decay=training("weight_decay"),
        flip=flip,
        forgiving=forgiving,
        split="test",
        dropout=dropout("rate"),
        member=key("member", 0),
        take_away=take_away,
        precision=model_setting("precision"),
        compile=model_switch("compile", "--compile"),
        cuda_graphs=model_switch("cuda_graphs", "--cuda-graphs"),
        forward_batch_size=model_setting("forward_batch_size"),
        version=version("train.py"),
    shell:
        "python workflow/scripts/train.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {params.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {params.round}"
        " --pool {input.pool:q}"
        " --index {input.index:q}"
        " --truth {input.truth:q}"
        " --images {input.images:q}"
        " --architecture {params.architecture:q}"
        " --weights {input.weights:q}"
        " --image-size {params.image_size}"
        " --preprocessing {params.preprocessing:q}"
        " --trainable {params.trainable:q}"
        " --epochs {params.epochs}"
        " --batch-size {params.batch_size}"
        " --learning-rate {params.learning_rate}"
        " --momentum {params.momentum}"
        " --weight-decay {params.weight_decay}"
        " {params.flip}"
        " --forgiving {params.forgiving:q}"
        " --split {params.split}"
        " --dropout {params.dropout}"
        " --member {params.member}"
        " {params.take_away}"
        " {params.cuda_graphs}"
        f"{ON_DEVICE}"
        " --metrics {output.metrics:q}"
        " --predictions {output.predictions:q}"
        " --timing {output.timing:q}"
        " --model {output.model:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule train as train_last with:
    # Not temporary: see above.
    output:
        metrics=f"{ROUND}/metrics.parquet",
        predictions=PREDICTIONS_OF_NETWORK,
        timing=f"{ROUND}/timing.parquet",
        model=f"{ROUND}/model.safetensors",
    wildcard_constraints:
        round=SWEEP["rounds"],


ruleorder: train_last > train


use rule train as train_member with:
    # Another member of an ensemble, which the next round's features are made from, too.
    output:
        metrics=[],
        predictions=[],
        timing=f"{MEMBER}/timing.parquet",
        model=temp(f"{MEMBER}/model.safetensors"),
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/member-{member}/train.log",
    group:
        ONE_MEMBER


use rule train as train_supervised with:
    # The supervised baseline: no pool, so every training sample with its true label.
    input:
        pool=[],
        index=f"{DATA}/index.parquet",
        truth=f"{DATA}/truth.parquet",
        images=network_inputs,
        weights=weights_file,
    output:
        metrics=f"{SUPERVISED}/metrics.parquet",
        predictions=[],
        timing=f"{SUPERVISED}/timing.parquet",
        model=f"{SUPERVISED}/model.safetensors",
    log:
        "logs/{dataset}/supervised/seed-{seed}/train.log",
    group:
        "supervised_{dataset}_{seed}"
