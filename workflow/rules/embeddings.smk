"""Embeddings: vectors that another program made, copied as the features of their samples.

Needs:  the user's Parquet or NumPy file (`path:`), for data sets with `source: embeddings`.
Makes:  data/{dataset}/{index.parquet,truth.parquet} and encoded/features.npy; with
        `annotator: human` the validation query in place of the truth.
Order:  prepare_embeddings, or prepare_embeddings_by_hand -> round 1's query, as after `encode`.

The first job reads and checks every vector, so a person is asked nothing in vain. There is no
images.npy: the page and the gallery open the files that show samples, where there are any.
"""


rule prepare_embeddings:
    """Split the embeddings, and write the pool's files and the features."""
    input:
        path=data_path,
        files=files_of_samples,
    output:
        index=f"{DATA}/index.parquet",
        truth=f"{DATA}/truth.parquet",
        encoded=ENCODED,
    log:
        "logs/{dataset}/prepare_embeddings.log",
    benchmark:
        "logs/{dataset}/prepare_embeddings.tsv"
    wildcard_constraints:
        dataset=annotated_by("oracle", "embedding"),
    conda:
        "../../envs/cbal.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
        row_limit=data_setting("row_limit"),  # to check: another number reads nothing again
        unpacked_limit=data_setting("unpacked_limit"),
    params:
        columns=columns_of,
        subset=optional_setting("subset"),
        test_subset=optional_setting("test_subset"),
        test_fraction=data_setting("test_fraction"),
        split_seed=data_setting("split_seed"),
        version=version("prepare_embeddings.py"),
    shell:
        "python workflow/scripts/prepare_embeddings.py"
        " --dataset {wildcards.dataset:q}"
        " --path {input.path:q}"
        " --columns {params.columns:q}"
        " --files {input.files:q}"
        " --subset {params.subset}"
        " --test-subset {params.test_subset}"
        " --test-fraction {params.test_fraction}"
        " --split-seed {params.split_seed}"
        " --row-limit {resources.row_limit}"
        " --unpacked-limit {resources.unpacked_limit}"
        " --index {output.index:q}"
        " --truth {output.truth:q}"
        " --encoded {output.encoded:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule prepare_embeddings_by_hand:
    """The same without labels; draw the samples to measure by.

    Again when the file has changed: once there are answers, new samples get the next numbers, and
    those that are gone keep theirs and their features.
    """
    input:
        path=data_path,
        files=files_of_samples,
    output:
        index=update(f"{DATA}/index.parquet"),
        query=f"{DATA}/validation.parquet",
        encoded=update(ENCODED),
    log:
        "logs/{dataset}/prepare_embeddings_by_hand.log",
    benchmark:
        "logs/{dataset}/prepare_embeddings_by_hand.tsv"
    wildcard_constraints:
        dataset=annotated_by("human", "embedding"),
    conda:
        "../../envs/cbal.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
        interactions=data_setting("interactions"),
        row_limit=data_setting("row_limit"),
        unpacked_limit=data_setting("unpacked_limit"),
    params:
        columns=columns_of,
        subset=optional_setting("subset"),
        validation=validation_of,
        split_seed=data_setting("split_seed"),
        files=files_of_folder,
        version=version("prepare_embeddings_by_hand.py"),
    shell:
        "python workflow/scripts/prepare_embeddings_by_hand.py"
        " --dataset {wildcards.dataset:q}"
        " --path {input.path:q}"
        " --columns {params.columns:q}"
        " --files {input.files:q}"
        " --subset {params.subset}"
        " --validation {params.validation}"
        " --interactions {resources.interactions}"
        " --split-seed {params.split_seed}"
        " --row-limit {resources.row_limit}"
        " --unpacked-limit {resources.unpacked_limit}"
        " --journal results/{wildcards.dataset:q}/labeling"
        " --index {output.index:q}"
        " --query {output.query:q}"
        " --encoded {output.encoded:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
