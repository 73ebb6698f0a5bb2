"""What models are made from: settings of models and of their training. No rule."""

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


def model_of(wildcards):
    return MODELS[DATASETS[wildcards.dataset]["model"]]


def is_fixed(wildcards):
    """Whether the encoder is fixed, so that rounds train a head alone."""
    return model_of(wildcards)["trainable"] == "head"


def network_inputs(wildcards):
    """What the network gets: images, or activations before the module from which it is trained."""
    from_module = is_module(model_of(wildcards)["trainable"])
    return (ACTIVATIONS if from_module else f"{DATA}/images.npy").format_map(wildcards)


def settled_inputs(wildcards):
    return settled(network_inputs(wildcards))(wildcards)


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


def weights_file(wildcards):
    """Pretrained weights of the dataset's model; none for a model trained from scratch."""
    if is_pretrained(wildcards):
        return f"data/weights/{DATASETS[wildcards.dataset]['model']}.safetensors"
    return []


def weights_path(wildcards):
    """The user's own weights file; none where torchvision has the weights."""
    weights = MODELS[wildcards.model]["weights"]
    return weights if is_weights_file(weights) else []


def training_of(wildcards):
    """How the model is trained; a trial of the calibration changes some of it."""
    return DATASETS[wildcards.dataset]["training"] | TRIALS.get(wildcards.get("trial"), {})


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
