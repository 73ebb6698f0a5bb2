"""What data sets are made from: input functions and settings of their rules. No rule."""


def data_setting(name):
    return lambda wildcards: DATASETS[wildcards.dataset][name]


def optional_setting(name):
    return lambda wildcards: DATASETS[wildcards.dataset][name] or []


def side_of(wildcards):
    """Pixels to store an image at; the model's, where people's images have any size."""
    dataset = DATASETS[wildcards.dataset]
    if dataset["side"] is None and dataset["source"] == "folder":
        return model_of(wildcards)["image_size"]
    return dataset["side"] or []


def data_path(wildcards):
    """The user's own copy of the images. Ancient: a data set is prepared once."""
    path = DATASETS[wildcards.dataset]["path"]
    return ancient(path) if path else []


def download(wildcards):
    """Folder of torchvision's download, where the user has no copy."""
    dataset = DATASETS[wildcards.dataset]
    public = dataset["source"] in ("cifar10", "eurosat") and not dataset["path"]
    return paths.DOWNLOADS.format(source=dataset["source"]) if public else []
