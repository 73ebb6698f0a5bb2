"""Inputs and settings of models and of their training. No rule."""

from snakemake.iocontainers import Wildcards

# Flags for all command lines that run a network: how the job uses its device.
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


def network_inputs(wildcards):
    """What the network gets: images, or activations before the module from which it is trained.

    The final training shares the activations of the rounds if its model is theirs.
    """
    if part_trained(what_trains(wildcards)) != "module":
        return f"{DATA}/images.npy".format_map(wildcards)
    shared = name_of_model(wildcards) == DATASETS[wildcards.dataset]["model"]
    return (ACTIVATIONS if shared else FINAL_ACTIVATIONS).format_map(wildcards)


def settled_inputs(wildcards):
    return settled(network_inputs(wildcards))(wildcards)


def is_pretrained(wildcards):
    return model_of(wildcards)["weights"] != "none"


def model_setting(name):
    """A key of the dataset's model; an empty list if it is null."""

    def value(wildcards):
        setting = model_of(wildcards)[name]
        return [] if setting is None else setting

    return value


def model_switch(name, flag):
    """A flag of a command line if the key of the dataset's model is true, else nothing."""
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


def final_inputs(wildcards):
    """What the network of the final training gets; nothing where there is none."""
    return of_final(network_inputs)(wildcards) if has_final(wildcards) else []


def weights_file(wildcards):
    """Pretrained weights of the dataset's model; none for a model trained from scratch."""
    if is_pretrained(wildcards):
        return paths.WEIGHTS.format(model=name_of_model(wildcards))
    return []


def text_encoder(wildcards):
    """Folder of the encoder of texts; none for one that needs no weights."""
    return (
        paths.SENTENCES.format(model=name_of_model(wildcards)) if is_pretrained(wildcards) else []
    )


def folder_of_encoder(wildcards):
    """The user's folder of a model of sentence-transformers; none if it is named on the hub."""
    weights = os.path.expanduser(MODELS[wildcards.model]["weights"])
    return ancient(weights) if os.path.isdir(weights) else []


def gpus_of_encoder(wildcards):
    return int(is_pretrained(wildcards))


def preprocessing(wildcards):
    """What is changed of how images are made ready for the model, as JSON; nothing mostly."""
    changed = model_of(wildcards)["preprocessing"]
    return json.dumps(changed, sort_keys=True) if changed else []


def size_of_weights(wildcards):
    """The image size, for timm's models, of which some have a weight for every position."""
    model = MODELS[wildcards.model]
    return (is_timm(model["architecture"]) and model["image_size"]) or []


def weights_path(wildcards):
    """The user's weights file; none if a library of models has the weights."""
    weights = MODELS[wildcards.model]["weights"]
    return weights if is_weights_file(weights) else []


def training_of(wildcards):
    """Training settings of a data set, with the changes of a scenario, or of a trial."""
    if wildcards.get("final"):
        return what_trains(wildcards)["training"]
    changed = TRIALS.get(wildcards.get("trial"), {})
    return training_for(config, wildcards.dataset, wildcards.get("scenario")) | changed


def training(name):
    return lambda wildcards: training_of(wildcards)[name]


def forgiving(wildcards):
    """Settings for labels of which some are wrong, as JSON; nothing where none is set."""
    training = training_of(wildcards)
    given = {key: training[key] for key in sorted(FORGIVING) if training[key]}
    return json.dumps(given, sort_keys=True) if given else []


def flip(wildcards):
    return "--flip" if training_of(wildcards)["flip"] else ""


def take_away(wildcards):
    return "--take-away" if DATASETS[wildcards.dataset]["take_away"] else ""


def members(wildcards):
    """How many models a round has; the supervised baseline has one."""
    return SCENARIOS.get(wildcards.get("scenario"), {}).get("members", 1)


def dropout(name):
    """A key of the scenario's dropout; nothing without dropout, as for the baseline."""

    def value(wildcards):
        setting = SCENARIOS.get(wildcards.get("scenario"), {}).get("dropout")
        return setting[name] if setting else []

    return value
