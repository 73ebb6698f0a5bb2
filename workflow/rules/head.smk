"""Learn with a fixed encoder: features of all samples once, a linear head in each round.

Needs:  data, weights, and pool.parquet of the round, for data sets whose model has
        `trainable: head`.
Makes:  encoded/features.npy (kept, shared by all scenarios, seeds and sweeps); in each round
        metrics.parquet, timing.parquet and the head (kept), and probabilities.parquet of the
        unlabeled pool (temporary).
Order:  encode (once; embeddings.smk for embeddings) -> round 1's query; update_pool
        -> train_head -> the next round's query.

No stage of a round loads PyTorch. The features are mapped into memory and never copied.
"""


rule encode:
    """Features of every sample, all splits, from the fixed encoder."""
    input:
        images=f"{DATA}/images.npy",
        index=f"{DATA}/index.parquet",
        weights=weights_file,
    output:
        features=ENCODED,
        timing=f"{paths.ENCODED}/timing.parquet",
    log:
        "logs/{dataset}/encode.log",
    wildcard_constraints:
        dataset=of_trainable("head", "image"),
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
        architecture=model_setting("architecture"),
        image_size=model_setting("image_size"),
        preprocessing=preprocessing,
        precision=model_setting("precision"),
        compile=model_switch("compile", "--compile"),
        forward_batch_size=model_setting("forward_batch_size"),
        version=version("encode.py"),
    shell:
        "python workflow/scripts/encode.py"
        " --dataset {wildcards.dataset:q}"
        " --images {input.images:q}"
        " --index {input.index:q}"
        " --architecture {params.architecture:q}"
        " --weights {input.weights:q}"
        " --image-size {params.image_size}"
        " --preprocessing {params.preprocessing:q}"
        f"{ON_DEVICE}"
        " --out {output.features:q}"
        " --timing {output.timing:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule train_head:
    """Fit the head to the labels of the round's pool and evaluate it on the test split."""
    input:
        pool=learned,
        index=f"{DATA}/index.parquet",
        truth=reference,
        encoded=settled(ENCODED),
    output:
        metrics=f"{ROUND}/metrics.parquet",
        predictions=PREDICTIONS,
        timing=f"{ROUND}/timing.parquet",
        model=f"{ROUND}/model.safetensors",
        probabilities=temp(f"{ROUND}/probabilities.parquet"),
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/train.log",
    wildcard_constraints:
        dataset=of_trainable("head"),
    group:
        AFTER_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    # One thread: heads are small, and several runs go on side by side.
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        scenario=key("scenario", BASELINE),
        round=key("round", 0),
        l2=training("l2"),
        forgiving=forgiving,
        members=members,
        split="test",
        version=version("train_head.py"),
    shell:
        "python workflow/scripts/train_head.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {params.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {params.round}"
        " --pool {input.pool:q}"
        " --index {input.index:q}"
        " --truth {input.truth:q}"
        " --encoded {input.encoded:q}"
        " --l2 {params.l2}"
        " --forgiving {params.forgiving:q}"
        " --members {params.members}"
        " --split {params.split}"
        " --metrics {output.metrics:q}"
        " --predictions {output.predictions:q}"
        " --timing {output.timing:q}"
        " --model {output.model:q}"
        " --probabilities {output.probabilities:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule train_head as train_head_last with:
    # Not temporary: a longer sweep starts from it without fitting it again.
    output:
        metrics=f"{ROUND}/metrics.parquet",
        predictions=PREDICTIONS,
        timing=f"{ROUND}/timing.parquet",
        model=f"{ROUND}/model.safetensors",
        probabilities=f"{ROUND}/probabilities.parquet",
    wildcard_constraints:
        dataset=of_trainable("head"),
        round=SWEEP["rounds"],


use rule train_head as train_head_supervised with:
    # The supervised baseline: no pool, so every training sample with its true label.
    input:
        pool=[],
        index=f"{DATA}/index.parquet",
        truth=f"{DATA}/truth.parquet",
        encoded=ENCODED,
    output:
        metrics=f"{SUPERVISED}/metrics.parquet",
        predictions=[],
        timing=f"{SUPERVISED}/timing.parquet",
        model=f"{SUPERVISED}/model.safetensors",
        probabilities=[],
    log:
        "logs/{dataset}/supervised/seed-{seed}/train.log",
    group:
        "supervised_{dataset}_{seed}"


# Both rules match these files; that of the head matches only its data sets.
ruleorder: train_head_last > train_head > train_last > train
ruleorder: train_head_supervised > train_supervised
