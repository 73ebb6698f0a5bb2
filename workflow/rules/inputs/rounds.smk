"""What a round is made from: input functions of its rules. No rule."""


def round_before(name):
    """A file of the round before: rounds unroll from here."""

    def path(wildcards):
        before = int(wildcards.round) - 1
        return f"{RUN.format_map(wildcards)}/round-{before}/{name}"

    return path


def features(wildcards):
    """Features of the unlabeled pool; in round 1 those of the initial model.

    Of a fixed encoder they have their own file, and there are the head's probabilities alone.
    """
    if is_fixed(wildcards):
        return head_probabilities(wildcards) if OF_A_HEAD & set(needs(wildcards)) else []
    if int(wildcards.round) > 1:
        return f"{ROUND.format_map(wildcards)}/features.parquet"
    return settled(initial_features(wildcards))(wildcards)


def initial_features(wildcards):
    """Features from the initial model, of every training sample."""
    whose = "" if is_pretrained(wildcards) else f"seed-{wildcards.seed}/"
    return f"results/{wildcards.dataset}/pretrained/{whose}features.parquet"


def head_probabilities(wildcards):
    """Probabilities of the head of the round before, where the encoder is fixed."""
    known = int(wildcards.round) > 1
    return round_before("probabilities.parquet")(wildcards) if known else []


def encoded(wildcards):
    """Features of a fixed encoder, where a step looks at features."""
    looks = {"features", "labeled_features"} & set(needs(wildcards))
    looks = looks or cold_start(wildcards) == "centroid"
    return settled(ENCODED)(wildcards) if is_fixed(wildcards) and looks else []


def encoded_of_all(wildcards):
    """Features of a fixed encoder, of the files that came last too."""
    return ENCODED.format_map(wildcards) if is_fixed(wildcards) else []


def features_of_all(wildcards):
    """Features from the initial model, which the labels to take away are not made from.

    Rounds have them as settled files. When they are made again, Snakemake looks no further for
    missing files behind a settled one: this makes it look.
    """
    return [] if is_fixed(wildcards) else initial_features(wildcards)


def probabilities(wildcards):
    """Features with probabilities; before the first trained head what the cold start needs."""
    if is_fixed(wildcards):
        return head_probabilities(wildcards)
    known = int(wildcards.round) > 1 or cold_start(wildcards) == "centroid"
    return features(wildcards) if known else []


def pseudo_labels(wildcards):
    """Threshold and decay of pseudo-labels; nothing without, and before the first trained head."""
    setting = int(wildcards.round) > 1 and SCENARIOS[wildcards.scenario]["pseudo_labels"]
    return [setting["threshold"], setting["decay"]] if setting else []


def pseudo_label_features(wildcards):
    if not pseudo_labels(wildcards):
        return []
    return head_probabilities(wildcards) if is_fixed(wildcards) else features(wildcards)


def models_before(wildcards):
    """Models of the round before: one, or the members of an ensemble."""
    members = range(1, SCENARIOS[wildcards.scenario]["members"])
    names = [f"member-{member}/model.safetensors" for member in members]
    return [round_before(name)(wildcards) for name in ("model.safetensors", *names)]


def labeled(wildcards):
    """A flag, where a step of the scenario looks at the labeled samples' features."""
    steps = SCENARIOS[wildcards.scenario]["steps"]
    needed = {need for step in steps for need in STRATEGIES[step["strategy"]].needs}
    return "--labeled" if "labeled_features" in needed else ""


def earlier_steps(name):
    """A file of each earlier step of the same round."""

    def paths(wildcards):
        position = int(wildcards.step.split("-")[0])
        folder = ROUND.format_map(wildcards)
        return [f"{folder}/step-{s}/{name}" for s in step_names(wildcards.scenario)[: position - 1]]

    return paths


def all_steps(name):
    """A file of each step of a round."""

    def paths(wildcards):
        folder = ROUND.format_map(wildcards)
        return [f"{folder}/step-{step}/{name}" for step in step_names(wildcards.scenario)]

    return paths


def reference(wildcards):
    """What training measures by: true labels, or what a person labeled for that."""
    if is_human(wildcards.dataset):
        return f"{ROUND.format_map(wildcards)}/known.parquet"
    return f"{DATA.format_map(wildcards)}/truth.parquet"


def last_round(name):
    """A file of the last round of a run."""
    return lambda wildcards: f"{RUN.format_map(wildcards)}/round-{SWEEP['rounds']}/{name}"


def final_training(name):
    """A file of the training after the last round; none where there is none."""

    def path(wildcards):
        return f"{RUN.format_map(wildcards)}/final/{name}" if has_final(wildcards) else []

    return path


def metrics_to_compare(wildcards):
    """Metrics of the last round, where another model is trained after it."""
    return last_round("metrics.parquet")(wildcards) if has_final(wildcards) else []
