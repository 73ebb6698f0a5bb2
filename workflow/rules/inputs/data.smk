"""Inputs and settings of the rules that prepare data sets. No rule."""


def of_kind(kind, file):
    """A file, or a function that names one, for data sets of a kind; nothing for others."""

    def path(wildcards):
        if not is_of_kind(wildcards.dataset, kind):
            return []
        return file(wildcards) if callable(file) else file.format_map(wildcards)

    return path


def of_images(file):
    return of_kind("image", file)


def of_embeddings(file):
    return of_kind("embedding", file)


def of_texts(file):
    return of_kind("text", file)


def not_of_images(file):
    return lambda wildcards: of_embeddings(file)(wildcards) or of_texts(file)(wildcards)


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


def columns_of(wildcards):
    """Names of the columns of texts or embeddings as JSON; nothing for the usual ones."""
    columns = DATASETS[wildcards.dataset]["columns"]
    return json.dumps(columns, sort_keys=True) if columns else []


def files_of_samples(wildcards):
    """Folder of the files that show embeddings; nothing where it is that of `path`."""
    files = DATASETS[wildcards.dataset]["files"]
    return ancient(files) if files else []


def download(wildcards):
    """Folder of torchvision's download; none if the user has a copy."""
    dataset = DATASETS[wildcards.dataset]
    public = dataset["source"] in ("cifar10", "eurosat") and not dataset["path"]
    return paths.DOWNLOADS.format(source=dataset["source"]) if public else []
