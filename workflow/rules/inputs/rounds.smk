"""Inputs of the rules of a round. No rule."""


def in_run(wildcards, number):
    """The folder of another round of the same run."""
    return f"{RUN.format_map(wildcards)}/{paths.ROUND_FOLDER.format(round=number)}"


def of_steps(folder, wildcards, name):
    """A file of each step, in the folder of a round."""
    names = step_names(wildcards.scenario)
    return [f"{folder}/{paths.STEP_FOLDER.format(step=step)}/{name}" for step in names]


def round_before(name):
    """A file of the previous round. Rounds unroll through this function."""

    def path(wildcards):
        return f"{in_run(wildcards, int(wildcards.round) - 1)}/{name}"

    return path


def features(wildcards):
    """Features of the unlabeled pool; in round 1 those of the initial model.

    With a fixed encoder the features are in another file; this one has the probabilities.
    """
    if is_fixed(wildcards):
        looks = OF_A_HEAD & {*needs(wildcards), *wants(wildcards)}
        return head_probabilities(wildcards) if looks else []
    return network_features(wildcards)


def network_features(wildcards):
    """Features of the unlabeled pool from the model of the previous round, or the initial one."""
    if int(wildcards.round) > 1:
        return f"{ROUND.format_map(wildcards)}/features.parquet"
    return settled(initial_features(wildcards))(wildcards)


def initial_features(wildcards):
    """Features from the initial model, of every training sample."""
    folder = "" if is_pretrained(wildcards) else f"seed-{wildcards.seed}/"
    return f"{PRETRAINED.format_map(wildcards)}/{folder}features.parquet"


def head_probabilities(wildcards):
    """Probabilities of the previous round's head, for a fixed encoder; none in round 1."""
    known = int(wildcards.round) > 1
    return round_before("probabilities.parquet")(wildcards) if known else []


def features_of_labeled(wildcards):
    """Features of the samples with a label too, from a network."""
    return [] if is_fixed(wildcards) else network_features(wildcards)


def encoded_of_labeled(wildcards):
    """Features of all samples, from a fixed encoder."""
    return settled(ENCODED)(wildcards) if is_fixed(wildcards) else []


def encoded(wildcards):
    """Features of a fixed encoder, if the step uses features."""
    looks = {"features", "labeled_features"} & set(needs(wildcards))
    looks = looks or cold_start(wildcards) == "centroid"
    return settled(ENCODED)(wildcards) if is_fixed(wildcards) and looks else []


def clusters_to_split(wildcards):
    """Whether a step, or an earlier one of its round, which a person may go back to, has any."""
    steps = SCENARIOS[wildcards.scenario]["steps"][: position(wildcards) + 1]
    return any(STRATEGIES[step["strategy"]].kind == "cluster" for step in steps)


def features_to_split(wildcards):
    """Features of clusters that are asked, from a network."""
    by_network = clusters_to_split(wildcards) and not is_fixed(wildcards)
    return network_features(wildcards) if by_network else []


def encoded_to_split(wildcards):
    """Features of clusters that are asked, from a fixed encoder."""
    by_encoder = clusters_to_split(wildcards) and is_fixed(wildcards)
    return settled(ENCODED)(wildcards) if by_encoder else []


def encoded_of_all(wildcards):
    """Features of a fixed encoder, including the files that came last."""
    return ENCODED.format_map(wildcards) if is_fixed(wildcards) else []


def features_of_all(wildcards):
    """Features from the initial model, as an input of the take-away labels.

    The labels are not made from them. But rounds read them as settled files, and Snakemake does
    not make what is missing behind a settled file. This input makes it do so.
    """
    return [] if is_fixed(wildcards) else initial_features(wildcards)


def probabilities(wildcards):
    """Features with probabilities; in round 1 the features that the cold start needs, if any."""
    if is_fixed(wildcards):
        return head_probabilities(wildcards)
    known = int(wildcards.round) > 1 or cold_start(wildcards) == "centroid"
    return features(wildcards) if known else []


def pseudo_labels(wildcards):
    """Threshold and decay of pseudo-labels; nothing without them, and in round 1."""
    setting = int(wildcards.round) > 1 and SCENARIOS[wildcards.scenario]["pseudo_labels"]
    return [setting["threshold"], setting["decay"]] if setting else []


def pseudo_label_features(wildcards):
    if not pseudo_labels(wildcards):
        return []
    return head_probabilities(wildcards) if is_fixed(wildcards) else features(wildcards)


def models_before(wildcards):
    """Models of the previous round: one, or the members of an ensemble."""
    members = range(1, SCENARIOS[wildcards.scenario]["members"])
    folders = ["", *(f"{paths.MEMBER_FOLDER}/".format(member=member) for member in members)]
    return [round_before(f"{folder}model.safetensors")(wildcards) for folder in folders]


def labeled(wildcards):
    """The flag `--labeled`, if a step, the sieve or suspects use features of labeled samples."""
    scenario = SCENARIOS[wildcards.scenario]
    steps = scenario["steps"]
    needed = {need for step in steps for need in STRATEGIES[step["strategy"]].needs}
    needed |= {want for step in steps for want in wanted(step)}
    sieves = scenario["sieve"] and scenario["sieve"]["keep"] != "nearest"
    used = {"labeled_features", DOUBT} & needed or sieves or scenario["suspects"]
    return "--labeled" if used else ""


def earlier_steps(name):
    """A file of each earlier step of the same round."""

    def files(wildcards):
        return all_steps(name)(wildcards)[: position(wildcards)]

    return files


def past_steps(name):
    """A file of each step of all earlier rounds, for a query that looks at its history."""

    def files(wildcards):
        numbers = range(1, int(wildcards.round)) if looks_back(wildcards) else ()
        folders = [in_run(wildcards, number) for number in numbers]
        return [path for each in folders for path in of_steps(each, wildcards, name)]

    return files


def all_steps(name):
    """A file of each step of a round."""

    return lambda wildcards: of_steps(ROUND.format_map(wildcards), wildcards, name)


def reference(wildcards):
    """File of the labels to test by: the true labels, or those of a person's validation."""
    if is_human(wildcards.dataset):
        return f"{ROUND.format_map(wildcards)}/known.parquet"
    return f"{DATA.format_map(wildcards)}/truth.parquet"


def last_round(name):
    """A file of the last round of a run."""
    return lambda wildcards: f"{in_run(wildcards, SWEEP['rounds'])}/{name}"


def final_training(name):
    """A file of the training after the last round; none where there is none."""
    return lambda wildcards: (
        f"{paths.FINAL.format_map(wildcards)}/{name}" if has_final(wildcards) else []
    )


def metrics_to_compare(wildcards):
    """Metrics of the last round, where another model is trained after it."""
    return last_round("metrics.parquet")(wildcards) if has_final(wildcards) else []
