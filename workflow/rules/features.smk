"""Features: outputs of a network for the images, from which queries choose.

Needs:  data or activations, weights, and the models of the previous round.
Makes:  pretrained/features.parquet (kept, once for all seeds and scenarios); of each round
        features.parquet of the unlabeled pool (temporary: 45 MB, used up by the next round).
Order:  extract_pretrained (once) -> round 1's query; train -> the next round's extract_features.

A job holds the pool's images on its device if they take no more than `images_percent` of the
memory there, and streams them otherwise: the results are the same. With `--resources gpu=3`
three jobs share a GPU (or 1 of 3 GPUs each), and each takes its part of the memory.

These rules have no benchmark. Their timing.parquet says more, and to watch a process that has
loaded PyTorch takes a sixth of a core.
"""


rule extract_pretrained:
    """Features of every training sample from the pretrained weights, for all seeds."""
    input:
        images=network_inputs,
        index=f"{DATA}/index.parquet",
        weights=weights_file,
    output:
        features=f"{PRETRAINED}/features.parquet",
        timing=f"{PRETRAINED}/timing.parquet",
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
        preprocessing=preprocessing,
        trainable=model_setting("trainable"),
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
        " --preprocessing {params.preprocessing:q}"
        " --trainable {params.trainable:q}"
        f"{ON_DEVICE}"
        " --out {output.features:q}"
        " --timing {output.timing:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule extract_pretrained as extract_untrained with:
    # A network from scratch has other random weights for each seed.
    output:
        features=f"{PRETRAINED}/seed-{{seed}}/features.parquet",
        timing=f"{PRETRAINED}/seed-{{seed}}/timing.parquet",
    log:
        "logs/{dataset}/pretrained/seed-{seed}/extract.log",


rule extract_features:
    """Features and probabilities of the unlabeled pool from the previous round's model."""
    input:
        images=settled_inputs,
        index=settled(f"{DATA}/index.parquet"),
        pool=pool_at_start,
        models=models_before,
        stopping=verdict_before,
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
        " --stopping {input.stopping:q}"
        " {params.labeled}"
        " --model {input.models:q}"
        " --dropout {params.dropout}"
        " --passes {params.passes}"
        f"{ON_DEVICE}"
        " --out {output.features:q}"
        " --timing {output.timing:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
