"""Learn: features of the unlabeled pool, and a model of the labels so far.

Needs:  data, weights, and pool.parquet of the round.
Makes:  metrics.parquet and timing.parquet (kept); model.safetensors and
        features.parquet (temporary: 45 MB a round, used up by the next round).
Order:  extract_pretrained (once) -> round 1's query;
        train -> model -> the next round's extract_features;
        beside train, train_member for each other member of an ensemble;
        carve_validation -> train_trial for the calibration.

A job holds the pool's images on its device if they take no more than `images_percent` of the
memory there, and streams them otherwise: the results are the same. With `--resources gpu=3`
three jobs share a GPU (or 1 of 3 GPUs each), and each takes its part of the memory.

These rules have no benchmark: their timing.parquet tells more, and watching a process that
has torch loaded costs a sixth of a core.

Evaluation is part of train, so that the model may go. The last round's model is kept:
it is what the run was for, and a sweep grows by a round without training one again.
"""


# Seconds of work: not worth a place in a queue.
localrules:
    carve_validation,


rule extract_pretrained:
    """Features of every training sample from the pretrained weights, for all seeds."""
    input:
        images=f"{DATA}/images.npy",
        index=f"{DATA}/index.parquet",
        weights=weights_file,
    output:
        features="results/{dataset}/pretrained/features.parquet",
        timing="results/{dataset}/pretrained/timing.parquet",
    log:
        "logs/{dataset}/pretrained/extract.log",
    conda:
        "../../envs/cbal.yaml"
    threads: threads_of
    resources:
        mem_mb=growing(8000),
        runtime=growing(30),
        gpu=1,
        gpu_jobs=jobs_on_gpus,
        images_percent=50,
    params:
        seed=key("seed", 0),
        architecture=model_setting("architecture"),
        image_size=model_setting("image_size"),
        precision=model_setting("precision"),
        compile=model_switch("compile", "--compile"),
        forward_batch_size=model_setting("forward_batch_size"),
        version=version("extract_features.py"),
    shell:
        "python workflow/scripts/extract_features.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario pretrained"
        " --seed {params.seed}"
        " --round 0"
        " --images {input.images:q}"
        " --index {input.index:q}"
        " --architecture {params.architecture:q}"
        " --weights {input.weights:q}"
        " --image-size {params.image_size}"
        " --precision {params.precision}"
        " {params.compile}"
        " --forward-batch-size {params.forward_batch_size}"
        " --threads {threads}"
        " --memory-mb {resources.mem_mb}"
        " --gpu-jobs {resources.gpu_jobs}"
        " --images-percent {resources.images_percent}"
        " --out {output.features:q}"
        " --timing {output.timing:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule extract_pretrained as extract_untrained with:
    # A network from scratch has other random weights for each seed.
    output:
        features="results/{dataset}/pretrained/seed-{seed}/features.parquet",
        timing="results/{dataset}/pretrained/seed-{seed}/timing.parquet",
    log:
        "logs/{dataset}/pretrained/seed-{seed}/extract.log",


rule extract_features:
    """Features and probabilities of the unlabeled pool from the model of the round before."""
    input:
        images=settled(f"{DATA}/images.npy"),
        index=settled(f"{DATA}/index.parquet"),
        pool=pool_at_start,
        models=models_before,
    output:
        features=temp(f"{ROUND}/features.parquet"),
        timing=f"{ROUND}/timing-extraction.parquet",
    log:
        "logs/{dataset}/{scenario}/seed-{seed}/round-{round}/extract_features.log",
    group:
        BEFORE_ANSWERS
    conda:
        "../../envs/cbal.yaml"
    threads: threads_of
    resources:
        mem_mb=growing(8000),
        runtime=growing(30),
        gpu=1,
        gpu_jobs=jobs_on_gpus,
        images_percent=50,
    params:
        labeled=labeled,
        dropout=dropout("rate"),
        passes=dropout("passes"),
        precision=model_setting("precision"),
        compile=model_switch("compile", "--compile"),
        forward_batch_size=model_setting("forward_batch_size"),
        version=version("extract_features.py"),
    shell:
        "python workflow/scripts/extract_features.py"
        " --dataset {wildcards.dataset:q}"
        " --scenario {wildcards.scenario:q}"
        " --seed {wildcards.seed}"
        " --round {wildcards.round}"
        " --images {input.images:q}"
        " --index {input.index:q}"
        " --pool {input.pool:q}"
        " {params.labeled}"
        " --model {input.models:q}"
        " --dropout {params.dropout}"
        " --passes {params.passes}"
        " --precision {params.precision}"
        " {params.compile}"
        " --forward-batch-size {params.forward_batch_size}"
        " --threads {threads}"
        " --memory-mb {resources.mem_mb}"
        " --gpu-jobs {resources.gpu_jobs}"
        " --images-percent {resources.images_percent}"
        " --out {output.features:q}"
        " --timing {output.timing:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule train:
    """Train on the labels of the round's pool and evaluate on the test split."""
    input:
        pool=f"{ROUND}/pool.parquet",
        index=settled(f"{DATA}/index.parquet"),
        truth=reference,
        images=settled(f"{DATA}/images.npy"),
        weights=weights_file,
    output:
        metrics=f"{ROUND}/metrics.parquet",
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
        scenario=key("scenario", "supervised"),
        round=key("round", 0),
        architecture=model_setting("architecture"),
        image_size=model_setting("image_size"),
        epochs=training("epochs"),
        batch_size=training("batch_size"),
        learning_rate=training("learning_rate"),
        momentum=training("momentum"),
        weight_decay=training("weight_decay"),
        flip=flip,
        split="test",
        dropout=dropout("rate"),
        member=key("member", 0),
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
        " --epochs {params.epochs}"
        " --batch-size {params.batch_size}"
        " --learning-rate {params.learning_rate}"
        " --momentum {params.momentum}"
        " --weight-decay {params.weight_decay}"
        " {params.flip}"
        " --split {params.split}"
        " --dropout {params.dropout}"
        " --member {params.member}"
        " --precision {params.precision}"
        " {params.compile}"
        " {params.cuda_graphs}"
        " --forward-batch-size {params.forward_batch_size}"
        " --threads {threads}"
        " --memory-mb {resources.mem_mb}"
        " --gpu-jobs {resources.gpu_jobs}"
        " --images-percent {resources.images_percent}"
        " --metrics {output.metrics:q}"
        " --timing {output.timing:q}"
        " --model {output.model:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule train as train_last with:
    # Not temporary: see above.
    output:
        metrics=f"{ROUND}/metrics.parquet",
        timing=f"{ROUND}/timing.parquet",
        model=f"{ROUND}/model.safetensors",
    wildcard_constraints:
        round=SWEEP["rounds"],


ruleorder: train_last > train


use rule train as train_member with:
    # Another member of an ensemble: the next round's features are made of it too.
    output:
        metrics=[],
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
        images=f"{DATA}/images.npy",
        weights=weights_file,
    output:
        metrics=f"{SUPERVISED}/metrics.parquet",
        timing=f"{SUPERVISED}/timing.parquet",
        model=f"{SUPERVISED}/model.safetensors",
    log:
        "logs/{dataset}/supervised/seed-{seed}/train.log",
    group:
        "supervised_{dataset}_{seed}"


rule carve_validation:
    """An index without the test split: the validation split, or training images held out."""
    input:
        index=f"{DATA}/index.parquet",
        truth=f"{DATA}/truth.parquet",
    output:
        "results/{dataset}/calibration/index.parquet",
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
    # The index has no test split, so no choice can be made by it.
    input:
        pool=[],
        index="results/{dataset}/calibration/index.parquet",
        truth=f"{DATA}/truth.parquet",
        images=f"{DATA}/images.npy",
        weights=weights_file,
    output:
        metrics=f"{TRIAL}/metrics.parquet",
        timing=f"{TRIAL}/timing.parquet",
        model=temp(f"{TRIAL}/model.safetensors"),
    log:
        "logs/{dataset}/calibration/{trial}/seed-{seed}/train.log",
    group:
        "calibration_{dataset}_{trial}_{seed}"
    params:
        scenario="calibration",
        split="validation",
