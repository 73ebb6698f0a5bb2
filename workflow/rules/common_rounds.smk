"""What a round is made from: input functions of its rules, and settings of its steps. No rule."""


def round_before(name):
    """A file of the round before: rounds unroll from here."""

    def path(wildcards):
        before = int(wildcards.round) - 1
        return f"{RUN.format_map(wildcards)}/round-{before}/{name}"

    return path


def pool_at_start(wildcards):
    """The pool that a round's queries are made from: a person's files may be more by then."""
    if is_human(wildcards.dataset) and int(wildcards.round) > 1:
        return f"{ROUND.format_map(wildcards)}/start.parquet"
    return round_before("pool.parquet")(wildcards)


def features(wildcards):
    """Features of the unlabeled pool; in round 1 those of the initial model.

    Of a fixed encoder they have their own file, and there are the head's probabilities alone.
    """
    if is_fixed(wildcards):
        return head_probabilities(wildcards) if OF_A_HEAD & set(needs(wildcards)) else []
    if int(wildcards.round) > 1:
        return f"{ROUND.format_map(wildcards)}/features.parquet"
    whose = "" if is_pretrained(wildcards) else f"seed-{wildcards.seed}/"
    return settled(f"results/{{dataset}}/pretrained/{whose}features.parquet")(wildcards)


def head_probabilities(wildcards):
    """Probabilities of the head of the round before, where the encoder is fixed."""
    known = int(wildcards.round) > 1
    return round_before("probabilities.parquet")(wildcards) if known else []


def encoded(wildcards):
    """Features of a fixed encoder, where a step looks at features."""
    looks = {"features", "labeled_features"} & set(needs(wildcards))
    looks = looks or cold_start(wildcards) == "centroid"
    return ENCODED.format_map(wildcards) if is_fixed(wildcards) and looks else []


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


def step_names(scenario):
    """Names of a scenario's steps: position and strategy, as 1-entropy."""
    steps = SCENARIOS[scenario]["steps"]
    return [f"{i}-{step['strategy']}" for i, step in enumerate(steps, start=1)]


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


def annotations_of_run(wildcards):
    """All annotations of a run."""
    run, names = RUN.format_map(wildcards), step_names(wildcards.scenario)
    rounds = range(1, SWEEP["rounds"] + 1)
    return [f"{run}/round-{n}/step-{s}/annotations.parquet" for n in rounds for s in names]


def latest_annotations(wildcards):
    """The last step's annotations of a round: no other file knows more classes."""
    return all_steps("annotations.parquet")(wildcards)[-1]


def reference(wildcards):
    """What training measures by: true labels, or what a person labeled for that."""
    if is_human(wildcards.dataset):
        return f"{ROUND.format_map(wildcards)}/known.parquet"
    return f"{DATA.format_map(wildcards)}/truth.parquet"


def last_round(name):
    """A file of the last round of a run."""
    return lambda wildcards: f"{RUN.format_map(wildcards)}/round-{SWEEP['rounds']}/{name}"


def labels_of_sweep(*names):
    """Files that people take away, of each run that a person labels."""
    return expand(
        f"{RUN}/{{name}}",
        dataset=[name for name in SWEEP["datasets"] if is_human(name)],
        scenario=SWEEP["scenarios"],
        seed=SWEEP["seeds"],
        name=names,
    )


def position(wildcards):
    return int(wildcards.step.split("-")[0]) - 1


def position_of_step(wildcards):
    """Position of a step in its round, and the number of steps."""
    return f"{position(wildcards) + 1} {len(step_names(wildcards.scenario))}"


def strategy(wildcards):
    return STRATEGIES[wildcards.step.split("-")[1]]


def address(wildcards):
    return strategy(wildcards).address


def needs(wildcards):
    return strategy(wildcards).needs


def kind(wildcards):
    return strategy(wildcards).kind


def interactions(wildcards):
    return shares(config, wildcards.dataset, wildcards.scenario)[position(wildcards)]


def step_settings(wildcards):
    return SCENARIOS[wildcards.scenario]["steps"][position(wildcards)]["settings"]


def gpus_of_step(wildcards):
    return int(step_settings(wildcards).get("device") == "gpu")


def settings(wildcards):
    return json.dumps(step_settings(wildcards), sort_keys=True)


def cold_start(wildcards):
    """What replaces the step's strategy; nothing where it has all that it needs."""
    cold = int(wildcards.round) == 1 and OF_A_HEAD & set(needs(wildcards))
    return SCENARIOS[wildcards.scenario]["cold_start"] if cold else []


def cluster_labels(wildcards):
    return SCENARIOS[wildcards.scenario]["cluster_labels"]


def query_version(wildcards):
    modules = [address(wildcards).rpartition(":")[0]]
    if cold_start(wildcards) == "centroid":
        modules.append("cbal.strategies.centroid")
    return version("query.py", *modules)
