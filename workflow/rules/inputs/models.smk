"""What models are made from: settings of models and of their training. No rule."""

from snakemake.iocontainers import Wildcards

# How a job uses its device: flags of all command lines that run a network.
ON_DEVICE = (
    " --precision {params.precision}"
    " {params.compile}"
    " --forward-batch-size {params.forward_batch_size}"
    " --threads {threads}"
    " --memory-mb {resources.mem_mb}"
    " --gpu-jobs {resources.gpu_jobs}"
    " --images-percent {resources.images_percent}"
)


def what_trains(wildcards):
    """Model and training of the data set, or those of the training after its last round."""
    dataset = DATASETS[wildcards.dataset]
    return dataset["final_training"] if wildcards.get("final") else dataset


def name_of_model(wildcards):
    return what_trains(wildcards)["model"]


def model_of(wildcards):
    return MODELS[name_of_model(wildcards)]


def is_fixed(wildcards):
    """Whether the encoder is fixed, so that rounds train a head alone."""
    return model_of(wildcards)["trainable"] == "head"


def is_pretrained(wildcards):
    return model_of(wildcards)["weights"] != "none"


def model_setting(name):
    """A key of the dataset's model; nothing where it is null."""

    def value(wildcards):
        setting = model_of(wildcards)[name]
        return [] if setting is None else setting

    return value


def model_switch(name, flag):
    """A flag of a command line, where the key of the dataset's model is true."""
    return lambda wildcards: flag if model_of(wildcards)[name] else ""


def of_final(setting):
    """The same setting of the model of the final training, where the data set has one."""

    def value(wildcards):
        final = {"final": "final"} if has_final(wildcards) else {}
        return setting(Wildcards(fromdict=dict(wildcards.items()) | final))

    return value


def has_final(wildcards):
    """Whether another model is trained after the last round."""
    return DATASETS[wildcards.dataset]["final_training"] is not None


def weights_file(wildcards):
    """Pretrained weights of the dataset's model; none for a model trained from scratch."""
    if is_pretrained(wildcards):
        return f"data/weights/{name_of_model(wildcards)}.safetensors"
    return []


def weights_path(wildcards):
    """The user's own weights file; none where torchvision has the weights."""
    weights = MODELS[wildcards.model]["weights"]
    return weights if is_weights_file(weights) else []


def training_of(wildcards):
    """How the model is trained; a trial of the calibration changes some of it."""
    return what_trains(wildcards)["training"] | TRIALS.get(wildcards.get("trial"), {})


def training(name):
    return lambda wildcards: training_of(wildcards)[name]


def flip(wildcards):
    return "--flip" if training_of(wildcards)["flip"] else ""


def members(wildcards):
    """How many models a round has; the supervised baseline has one."""
    return SCENARIOS.get(wildcards.get("scenario"), {}).get("members", 1)


def dropout(name):
    """A key of the scenario's dropout; nothing without, and for the supervised baseline."""

    def value(wildcards):
        setting = SCENARIOS.get(wildcards.get("scenario"), {}).get("dropout")
        return setting[name] if setting else []

    return value
