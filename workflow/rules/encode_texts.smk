"""Encode texts: features of all texts of a data set, once, from a fixed encoder.

Needs:  texts of texts.smk; for a model of sentence-transformers the hub, its cache, or a folder.
Makes:  data/weights/, a copy of the model; encoded/features.npy (kept, shared by all scenarios,
        seeds and sweeps).
Order:  fetch_encoder, unless the encoder needs no weights -> encode_texts -> round 1's query, as
        after `encode` of head.smk.
"""


# Downloads need the network, which compute nodes may lack.
localrules:
    fetch_encoder,


rule fetch_encoder:
    """Find or download a model of sentence-transformers, and keep a copy of it."""
    input:
        folder_of_encoder,
    output:
        directory(paths.SENTENCES),
    log:
        "logs/fetch_encoder/{model}.log",
    benchmark:
        "logs/fetch_encoder/{model}.tsv"
    wildcard_constraints:
        model=one_of(name for name in MODELS if MODELS[name]["architecture"] == SENTENCES),
    conda:
        "../../envs/cbal.yaml"
    params:
        weights=lambda wildcards: MODELS[wildcards.model]["weights"],
        version=version("fetch_encoder.py"),
    shell:
        "python workflow/scripts/fetch_encoder.py"
        " --weights {params.weights:q}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule encode_texts:
    """Features of every text, all splits, from the fixed encoder."""
    input:
        texts=paths.TEXTS,
        index=f"{DATA}/index.parquet",
        encoder=text_encoder,
    output:
        features=ENCODED,
        timing=f"{paths.ENCODED}/timing.parquet",
    log:
        "logs/{dataset}/encode_texts.log",
    wildcard_constraints:
        dataset=of_trainable("head", "text"),
    conda:
        "../../envs/cbal.yaml"
    threads: threads_of
    resources:
        mem_mb=growing(8000),
        runtime=growing(60),
        gpu=gpus_of_encoder,
        gpu_jobs=jobs_on_gpus,
    params:
        architecture=model_setting("architecture"),
        forward_batch_size=model_setting("forward_batch_size"),
        version=version("encode_texts.py", *ENCODERS.values()),
    shell:
        "python workflow/scripts/encode_texts.py"
        " --dataset {wildcards.dataset:q}"
        " --texts {input.texts:q}"
        " --index {input.index:q}"
        " --architecture {params.architecture:q}"
        " --encoder {input.encoder:q}"
        " --forward-batch-size {params.forward_batch_size}"
        " --threads {threads}"
        " --gpu-jobs {resources.gpu_jobs}"
        " --out {output.features:q}"
        " --timing {output.timing:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
