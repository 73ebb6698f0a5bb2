"""Data and weights: from their source to files that do not change again.

Needs:  a download, or the user's copy (`path:`, `weights:`).
Makes:  data/{dataset}/{index.parquet,truth.parquet,images.npy}, data/weights/.
Order:  fetch_data -> prepare_data; fetch_weights.
"""


# Downloads need the network, which compute nodes may lack.
localrules:
    fetch_data,
    fetch_weights,


rule fetch_data:
    """Download a public data set with torchvision."""
    output:
        directory(paths.DOWNLOADS),
    log:
        "logs/fetch_data/{source}.log",
    benchmark:
        "logs/fetch_data/{source}.tsv"
    wildcard_constraints:
        source="cifar10|eurosat",
    conda:
        "../../envs/cbal.yaml"
    shell:
        "python workflow/scripts/fetch_data.py"
        " --source {wildcards.source:q}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule prepare_data:
    """Split the images and write them as the pool's files."""
    input:
        path=data_path,
        download=download,
    output:
        index=f"{DATA}/index.parquet",
        truth=f"{DATA}/truth.parquet",
        images=f"{DATA}/images.npy",
    log:
        "logs/{dataset}/prepare_data.log",
    benchmark:
        "logs/{dataset}/prepare_data.tsv"
    wildcard_constraints:
        dataset=annotated_by("oracle", "image"),
    conda:
        "../../envs/cbal.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
        pixel_limit=data_setting("pixel_limit"),  # only checked: another number reruns nothing
        row_limit=data_setting("row_limit"),
        unpacked_limit=data_setting("unpacked_limit"),
    params:
        source=data_setting("source"),
        background=data_setting("background"),
        values=optional_setting("values"),
        side=optional_setting("side"),
        subset=optional_setting("subset"),
        test_subset=optional_setting("test_subset"),
        test_fraction=data_setting("test_fraction"),
        split_seed=data_setting("split_seed"),
        version=version("prepare_data.py"),
    shell:
        "python workflow/scripts/prepare_data.py"
        " --dataset {wildcards.dataset:q}"
        " --source {params.source:q}"
        " --path {input.path:q}"
        " --download {input.download:q}"
        " --side {params.side}"
        " --subset {params.subset}"
        " --test-subset {params.test_subset}"
        " --test-fraction {params.test_fraction}"
        " --split-seed {params.split_seed}"
        " --background {params.background:q}"
        " --values='{params.values}'"
        " --pixel-limit {resources.pixel_limit}"
        " --row-limit {resources.row_limit}"
        " --unpacked-limit {resources.unpacked_limit}"
        " --index {output.index:q}"
        " --truth {output.truth:q}"
        " --images {output.images:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule fetch_weights:
    """Find or download pretrained weights and check them, on a machine with a network."""
    input:
        weights_path,
    output:
        paths.WEIGHTS,
    log:
        "logs/fetch_weights/{model}.log",
    benchmark:
        "logs/fetch_weights/{model}.tsv"
    conda:
        "../../envs/cbal.yaml"
    params:
        architecture=lambda wildcards: MODELS[wildcards.model]["architecture"],
        weights=lambda wildcards: MODELS[wildcards.model]["weights"],
        image_size=size_of_weights,
        version=version("fetch_weights.py"),
    shell:
        "python workflow/scripts/fetch_weights.py"
        " --architecture {params.architecture:q}"
        " --weights {params.weights:q}"
        " --image-size {params.image_size}"
        " --out {output:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
