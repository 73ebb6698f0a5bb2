"""Learn from a named module on: what is before it is computed once for all samples.

Needs:  data and weights, for data sets whose model has the name of a module in `trainable:`.
Makes:  encoded/activations.npy (kept, shared by all scenarios, seeds and sweeps); for another
        such model in `final_training:`, encoded/final/activations.npy.
Order:  activations (once) -> train and extract_features, which read it instead of the images.

The file is mapped into memory and never copied. Its job tells its size before it is written.
"""


rule activations:
    """Activations of every sample, all splits, before the module from which it is trained."""
    input:
        images=f"{DATA}/images.npy",
        index=f"{DATA}/index.parquet",
        weights=weights_file,
    output:
        activations=ACTIVATIONS,
        timing=f"{paths.ENCODED}/timing-activations.parquet",
    log:
        "logs/{dataset}/activations.log",
    wildcard_constraints:
        dataset=of_trainable("module"),
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
        trainable=model_setting("trainable"),
        precision=model_setting("precision"),
        compile=model_switch("compile", "--compile"),
        forward_batch_size=model_setting("forward_batch_size"),
        version=version("compute_activations.py"),
    shell:
        "python workflow/scripts/compute_activations.py"
        " --dataset {wildcards.dataset:q}"
        " --images {input.images:q}"
        " --index {input.index:q}"
        " --architecture {params.architecture:q}"
        " --weights {input.weights:q}"
        " --image-size {params.image_size}"
        " --preprocessing {params.preprocessing:q}"
        " --trainable {params.trainable:q}"
        f"{ON_DEVICE}"
        " --out {output.activations:q}"
        " --timing {output.timing:q}"
        " > {log:q} 2>&1 || (cat {log:q} >&2; exit 1)"


use rule activations as activations_final with:
    # Of another model, for the training after the last round.
    output:
        activations=FINAL_ACTIVATIONS,
        timing=f"{paths.ENCODED}/{{final}}/timing-activations.parquet",
    log:
        "logs/{dataset}/{final}/activations.log",
    wildcard_constraints:
        dataset=datasets_where(
            lambda name: part_trained(DATASETS[name]["final_training"]) == "module"
        ),
