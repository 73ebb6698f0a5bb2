"""Inputs and settings of the rules that prepare data sets. No rule."""


def data_setting(name):
    return lambda wildcards: DATASETS[wildcards.dataset][name]


def optional_setting(name):
    return lambda wildcards: DATASETS[wildcards.dataset][name] or []


def side_of(wildcards):
    """Side in pixels of stored images; for folders without `side:` the model's image size."""
    dataset = DATASETS[wildcards.dataset]
    if dataset["side"] is None and dataset["source"] == "folder":
        return model_of(wildcards)["image_size"]
    return dataset["side"] or []


def data_path(wildcards):
    """The user's copy of the images. It is ancient, because a data set is prepared only once."""
    path = DATASETS[wildcards.dataset]["path"]
    return ancient(path) if path else []


def download(wildcards):
    """Folder of torchvision's download; none if the user has a copy."""
    dataset = DATASETS[wildcards.dataset]
    public = dataset["source"] in ("cifar10", "eurosat") and not dataset["path"]
    return paths.DOWNLOADS.format(source=dataset["source"]) if public else []
