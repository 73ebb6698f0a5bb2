"""Inputs of rules for data sets that a person labels. No rule."""

# The labeling folder of a data set, for command lines.
LABELING_FOLDER = LABELING.replace("{dataset}", "{wildcards.dataset:q}")


def journal_of(dataset):
    """The journal of a data set that a person labels."""
    return f"{LABELING.format(dataset=dataset)}/{JOURNAL}"


def settled(path):
    """A file that a person's questions are made from.

    Once there are answers it is ancient: the file may grow, but no question is made again.
    """

    def file(wildcards):
        made, dataset = path.format_map(wildcards), wildcards.dataset
        fixed = is_human(dataset) and has_answers(journal_of(dataset))
        return ancient(made) if fixed else made

    return file


def validation_of(wildcards):
    return DATASETS[wildcards.dataset]["validation"] or 0


def validation(path):
    """A file of the validation that a person labels; none where there is no validation."""
    return lambda wildcards: settled(path)(wildcards) if validation_of(wildcards) else []


def labels_to_import(wildcards):
    """File of labels that a person has already; none where there is none."""
    path = DATASETS[wildcards.dataset]["labels"]
    return settled(path)(wildcards) if path else []


def originals(wildcards):
    """Folder of the files that a person is shown; none where there are no files."""
    folder = folder_shown(DATASETS[wildcards.dataset])
    return ancient(folder) if folder else []


def sources(wildcards):
    """Folder of the files that samples are; none where they are no files."""
    return of_images(originals)(wildcards)


def files_of_folder(wildcards):
    """Digest of a person's files, to notice changes; nothing for other sources."""
    dataset = DATASETS[wildcards.dataset]
    return digest_of_files(dataset["path"]) if may_grow(dataset) else []


def journal_state(wildcards):
    """State of the journal, to notice new answers."""
    return state_of(journal_of(wildcards.dataset))


def review_state(wildcards):
    """State of the corrections in the journal: what is taken away is made again after one."""
    return reviewed(journal_of(wildcards.dataset))


def label_budget(wildcards):
    """Interactions of a whole run, including the validation."""
    return SWEEP["rounds"] * data_setting("interactions")(wildcards) + validation_of(wildcards)


def label_classes(wildcards):
    return json.dumps(DATASETS[wildcards.dataset]["classes"])


def pool_at_start(wildcards):
    """The pool that a round's queries are made from; a person's has the files that came since."""
    if is_human(wildcards.dataset) and int(wildcards.round) > 1:
        return f"{ROUND.format_map(wildcards)}/start.parquet"
    return round_before("pool.parquet")(wildcards)


def latest_annotations(wildcards):
    """Annotations of a round's last step, which list all classes known so far."""
    return all_steps("annotations.parquet")(wildcards)[-1]


def annotations_of_run(wildcards):
    """All annotations of a run; the supervised baseline has none."""
    if wildcards.scenario == BASELINE:
        return []
    folders = [in_run(wildcards, number) for number in range(1, SWEEP["rounds"] + 1)]
    return [path for each in folders for path in of_steps(each, wildcards, "annotations.parquet")]


def labels_of_sweep(*names):
    """Files of the take-away labels, for each run that a person labels."""
    return expand(
        f"{RUN}/{{name}}",
        dataset=[name for name in SWEEP["datasets"] if is_human(name)],
        scenario=SWEEP["scenarios"],
        seed=SWEEP["seeds"],
        name=names,
    )


def data_to_review(wildcards):
    """The data sets of the sweep that a person labels, with their files, as JSON."""
    names = [name for name in SWEEP["datasets"] if is_human(name)]
    check_review(names)  # dry runs come here alone
    return json.dumps([files_to_review(name) for name in names])


def files_to_review(dataset):
    """Title, journal and files of a data set, for the page."""
    kind, data = kind_of(DATASETS[dataset]), DATA.format(dataset=dataset)
    return {
        "title": DATASETS[dataset]["title"] or dataset,
        "journal": LABELING.format(dataset=dataset),
        "index": f"{data}/index.parquet",
        "images": f"{data}/images.npy" if kind == "image" else "",
        "texts": paths.TEXTS.format(dataset=dataset) if kind == "text" else "",
        "originals": folder_shown(DATASETS[dataset]) or "",
    }
