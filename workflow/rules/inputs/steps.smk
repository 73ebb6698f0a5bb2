"""The steps of a round: their names, strategies and settings. No rule."""


def steps_by(rule):
    """Pattern of the steps whose query a rule makes."""
    names = one_of(name for name, strategy in STRATEGIES.items() if rule_of(strategy) == rule)
    return rf"\d+-({names})"


def rule_of(strategy):
    """The rule that makes a strategy's query."""
    if strategy.kind == "cluster":
        return "cluster"
    if DOUBT in strategy.needs:
        return "verify"
    if {"features", "labeled_features"} & set(strategy.needs):
        return "select_diverse"
    return "select_uncertain" if strategy.needs else "select_random"


def step_names(scenario):
    """Names of a scenario's steps: position and strategy, as 1-entropy."""
    steps = SCENARIOS[scenario]["steps"]
    return [f"{i}-{step['strategy']}" for i, step in enumerate(steps, start=1)]


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


def wants(wildcards):
    """Fields that a strategy uses, by its setting `space`, where there are any."""
    return wanted(SCENARIOS[wildcards.scenario]["steps"][position(wildcards)])


def wanted(step):
    return STRATEGIES[step["strategy"]].wants.get(step["settings"].get("space"), ())


def kind(wildcards):
    return strategy(wildcards).kind


def interactions(wildcards, clusters=True):
    parts = shares(config, wildcards.dataset, wildcards.scenario, int(wildcards.round), clusters)
    return parts[position(wildcards)]


def by_yield(scenario):
    """Whether a scenario asks for clusters only while they pay."""
    return SCENARIOS[scenario]["ask_clusters"] == "while_they_pay"


def unless_they_pay(wildcards):
    """Interactions of a step while clusters do not pay; nothing if they are asked anyway."""
    judged = by_yield(wildcards.scenario) and int(wildcards.round) > 1
    return interactions(wildcards, False) if judged else []


def step_settings(wildcards):
    return SCENARIOS[wildcards.scenario]["steps"][position(wildcards)]["settings"]


def gpus_of_step(wildcards):
    return int(step_settings(wildcards).get("device") == "gpu")


def settings(wildcards):
    return json.dumps(step_settings(wildcards), sort_keys=True)


def looks_back(wildcards):
    """Whether a query looks at the questions and answers of earlier rounds."""
    return "history" in needs(wildcards) or by_yield(wildcards.scenario)


def cold_start(wildcards):
    """What replaces a strategy that needs a trained head in round 1; else nothing."""
    if int(wildcards.round) > 1 or not OF_A_HEAD & set(needs(wildcards)):
        return []
    cold = strategy(wildcards).cold
    return ITSELF if cold else SCENARIOS[wildcards.scenario]["cold_start"]


def cluster_labels(wildcards):
    return SCENARIOS[wildcards.scenario]["cluster_labels"]


def query_version(wildcards):
    modules = [address(wildcards).rpartition(":")[0]]
    if cold_start(wildcards) == "centroid":
        modules.append("cbal.strategies.centroid")
    return version("query.py", *modules)
