"""What is asked of a person, and what their answers are made into. No rule."""


def journal_of(dataset):
    """The journal of a data set that a person labels."""
    return f"results/{dataset}/labeling/journal.sqlite"


def settled(path):
    """A file that a person's questions were made from.

    Once there are answers it may grow, and what was made of it stays: no question changes.
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


def originals(wildcards):
    """Folder of the files that a person's images come from; none where they are no files."""
    dataset = DATASETS[wildcards.dataset]
    return ancient(dataset["path"]) if dataset["source"] == "folder" else []


def files_of_folder(wildcards):
    """What tells whether a person's folder has other files than before; nothing of no folder."""
    dataset = DATASETS[wildcards.dataset]
    return digest_of_files(dataset["path"]) if dataset["source"] == "folder" else []


def journal_state(wildcards):
    """What tells whether a person has answered since."""
    journal = journal_of(wildcards.dataset)
    return state_of(journal, f"{journal}-wal")


def label_budget(wildcards):
    """Interactions of a whole run, the validation among them."""
    return SWEEP["rounds"] * data_setting("interactions")(wildcards) + validation_of(wildcards)


def label_classes(wildcards):
    return json.dumps(DATASETS[wildcards.dataset]["classes"])


def pool_at_start(wildcards):
    """The pool that a round's queries are made from: a person's files may be more by then."""
    if is_human(wildcards.dataset) and int(wildcards.round) > 1:
        return f"{ROUND.format_map(wildcards)}/start.parquet"
    return round_before("pool.parquet")(wildcards)


def latest_annotations(wildcards):
    """The last step's annotations of a round: no other file knows more classes."""
    return all_steps("annotations.parquet")(wildcards)[-1]


def annotations_of_run(wildcards):
    """All annotations of a run; the supervised baseline has none."""
    if wildcards.scenario == "supervised":
        return []
    run, names = RUN.format_map(wildcards), step_names(wildcards.scenario)
    rounds = range(1, SWEEP["rounds"] + 1)
    return [f"{run}/round-{n}/step-{s}/annotations.parquet" for n in rounds for s in names]


def labels_of_sweep(*names):
    """Files that people take away, of each run that a person labels."""
    return expand(
        f"{RUN}/{{name}}",
        dataset=[name for name in SWEEP["datasets"] if is_human(name)],
        scenario=SWEEP["scenarios"],
        seed=SWEEP["seeds"],
        name=names,
    )
