"""Texts: rows of tables, or files, stored once as the samples of a data set.

Needs:  the user's table, or folder (`path:`), for data sets with `source: text`.
Makes:  data/{dataset}/{index.parquet,truth.parquet,texts.parquet}; with `annotator: human` the
        validation query in place of the truth.
Order:  prepare_texts, or prepare_texts_by_hand -> encode_texts of encode_texts.smk.
"""


rule prepare_texts:
    """Split the texts and write them as the pool's files."""
    input:
        path=data_path,
    output:
        index=f"{DATA}/index.parquet",
        truth=f"{DATA}/truth.parquet",
        texts=paths.TEXTS,
    log:
        "logs/{dataset}/prepare_texts.log",
    benchmark:
        "logs/{dataset}/prepare_texts.tsv"
    wildcard_constraints:
        dataset=annotated_by("oracle", "text"),
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
        version=version("prepare_texts.py"),
    shell:
        "python workflow/scripts/prepare_texts.py"
        " --dataset {wildcards.dataset:q}"
        " --path {input.path:q}"
        " --columns {params.columns:q}"
        " --subset {params.subset}"
        " --test-subset {params.test_subset}"
        " --test-fraction {params.test_fraction}"
        " --split-seed {params.split_seed}"
        " --row-limit {resources.row_limit}"
        " --unpacked-limit {resources.unpacked_limit}"
        " --index {output.index:q}"
        " --truth {output.truth:q}"
        " --texts {output.texts:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


rule prepare_texts_by_hand:
    """The same without labels; draw the samples to measure by.

    Again when the file has changed: once there are answers, new samples get the next numbers, and
    those that are gone keep theirs and their text.
    """
    input:
        path=data_path,
    output:
        index=update(f"{DATA}/index.parquet"),
        query=f"{DATA}/validation.parquet",
        texts=update(paths.TEXTS),
    log:
        "logs/{dataset}/prepare_texts_by_hand.log",
    benchmark:
        "logs/{dataset}/prepare_texts_by_hand.tsv"
    wildcard_constraints:
        dataset=annotated_by("human", "text"),
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
        version=version("prepare_texts_by_hand.py"),
    shell:
        "python workflow/scripts/prepare_texts_by_hand.py"
        " --dataset {wildcards.dataset:q}"
        " --path {input.path:q}"
        " --columns {params.columns:q}"
        " --subset {params.subset}"
        " --validation {params.validation}"
        " --interactions {resources.interactions}"
        " --split-seed {params.split_seed}"
        " --row-limit {resources.row_limit}"
        " --unpacked-limit {resources.unpacked_limit}"
        " --journal results/{wildcards.dataset:q}/labeling"
        " --index {output.index:q}"
        " --query {output.query:q}"
        " --texts {output.texts:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"
