"""Names used by all rules: the checked settings, wildcard constraints, input functions.

A run is a (dataset, scenario, seed). Its rounds unroll from the last one: round r
needs the pool and the model of round r - 1, and round 0 is the state before any label.
"""

import gc
import hashlib
import json
import os
import re
import sys
from itertools import product

from snakemake.exceptions import WorkflowError
from workflow.operation.standing import runs_of
from workflow.planning.provenance import archived_runs, defaults, provenance, provenance_of_sweep
from workflow.planning.settings import SettingsError, check, shares, trials
from workflow.planning.strategies import OF_A_HEAD, strategies_of
from workflow.planning.versions import version
from workflow.scripts.cbal.paths import is_weights_file

# A DAG is millions of objects, and they all stay: looking for garbage among them again and
# again took a tenth of its time.
gc.freeze()
gc.set_threshold(100_000, 20, 20)

try:
    check(config)
    ARCHIVED = archived_runs(config)
except SettingsError as error:
    raise SystemExit(f"config.yaml: {error}") from None

# Jobs run `python`: where no environment is active, that of this Snakemake.
if not {"VIRTUAL_ENV", "CONDA_PREFIX"} & os.environ.keys():
    folders = [os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)]
    os.environ.update(PATH=os.pathsep.join(folders))
# Other makers' backends are not used, and looking for them costs each job 0.3 s.
os.environ.setdefault("TORCH_DEVICE_BACKEND_AUTOLOAD", "0")

SWEEP = config["sweeps"][config["sweep"]]
DATASETS = config["datasets"]
SCENARIOS = config["scenarios"]
MODELS = config["models"]
STRATEGIES = strategies_of(config)

DATA = "data/{dataset}"
RUN = "results/{dataset}/{scenario}/seed-{seed}"
ROUND = "results/{dataset}/{scenario}/seed-{seed}/round-{round}"
STEP = "results/{dataset}/{scenario}/seed-{seed}/round-{round}/step-{step}"
MEMBER = "results/{dataset}/{scenario}/seed-{seed}/round-{round}/member-{member}"
SUPERVISED = "results/{dataset}/supervised/seed-{seed}"
KEYS = ("dataset", "scenario", "seed")
CALIBRATION = SWEEP["calibration"]
TRIALS = trials(CALIBRATION)
TRIAL = "results/{dataset}/calibration/{trial}/seed-{seed}"
VALIDATION = "results/{dataset}/validation/annotations.parquet"
# On a Slurm cluster a round is one submission. Never a whole run: when a job of a group fails,
# the next attempt repeats the group. Local runs ignore groups, but their dry runs would check
# each against all rounds before it.
SUBMITS = workflow.resource_settings.nodes is not None
ONE_ROUND = "round_{dataset}_{scenario}_{seed}_{round}" if SUBMITS else None
FIRST_ROUND = "round_{dataset}_{scenario}_{seed}_1" if SUBMITS else None
# Members of an ensemble are submissions of their own: in one they would ask for all their GPUs.
ONE_MEMBER = "member_{dataset}_{scenario}_{seed}_{round}_{member}" if SUBMITS else None
# A person's answers come to this machine: no submission goes on past them.
BEFORE_ANSWERS, AFTER_ANSWERS = ONE_ROUND, ONE_ROUND


def one_of(names):
    return "|".join(re.escape(name) for name in names)


def is_human(dataset):
    """Whether a person labels a data set."""
    return DATASETS[dataset]["annotator"] == "human"


def annotated_by(annotator):
    """Pattern of the data sets that an annotator labels; of no name if there are none."""
    names = [name for name, dataset in DATASETS.items() if dataset["annotator"] == annotator]
    return one_of(names) or r"[^\s\S]"


def before_answers(wildcards):
    """A submission that ends with a step's query."""
    step = wildcards.get("step", step_names(wildcards.scenario)[0])
    return "_".join(
        ["round", wildcards.dataset, wildcards.scenario, wildcards.seed]
        + [wildcards.get("round", "1"), step]
    )


if SUBMITS and any(map(is_human, SWEEP["datasets"])):
    FIRST_ROUND, BEFORE_ANSWERS = before_answers, before_answers
    AFTER_ANSWERS = f"{ONE_ROUND}_answered"


def steps_by(rule):
    """Pattern of the steps whose query a rule makes."""
    names = one_of(name for name, strategy in STRATEGIES.items() if rule_of(strategy) == rule)
    return rf"\d+-({names})"


def rule_of(strategy):
    """The rule that makes a strategy's query."""
    if strategy.kind == "cluster":
        return "cluster"
    if {"features", "labeled_features"} & set(strategy.needs):
        return "select_diverse"
    return "select_uncertain" if strategy.needs else "select_random"


wildcard_constraints:
    dataset=one_of(DATASETS),
    scenario=one_of(SCENARIOS),
    model=one_of(MODELS),
    seed=r"\d+",
    round=r"[1-9]\d*",
    member=r"[1-9]\d*",
    step=r"\d+-\w+",
    part="(partial/)?",
    trial=one_of(TRIALS),


def growing(amount):
    """A resource that grows with each attempt: a job may have been ended for lack of it."""
    return lambda wildcards, attempt: amount * attempt


def model_of(wildcards):
    return MODELS[DATASETS[wildcards.dataset]["model"]]


def is_pretrained(wildcards):
    return model_of(wildcards)["weights"] != "none"


def threads_of(wildcards):
    return model_of(wildcards)["threads"]


def model_setting(name):
    """A key of the dataset's model; nothing where it is null."""

    def value(wildcards):
        setting = model_of(wildcards)[name]
        return [] if setting is None else setting

    return value


def model_switch(name, flag):
    """A flag of a command line, where the key of the dataset's model is true."""
    return lambda wildcards: flag if model_of(wildcards)[name] else ""


def jobs_on_gpus(wildcards):
    """How many jobs `--resources gpu=` lets share the GPUs of this machine."""
    limit = workflow.global_resources.get("gpu")
    return (limit and limit.value) or 1


def key(name, default):
    """A key of the run, where the output has it."""
    return lambda wildcards: wildcards.get(name, default)


def data_setting(name):
    return lambda wildcards: DATASETS[wildcards.dataset][name]


def optional_setting(name):
    return lambda wildcards: DATASETS[wildcards.dataset][name] or []


def training_of(wildcards):
    """How the model is trained; a trial of the calibration changes some of it."""
    return DATASETS[wildcards.dataset]["training"] | TRIALS.get(wildcards.get("trial"), {})


def training(name):
    return lambda wildcards: training_of(wildcards)[name]


def flip(wildcards):
    return "--flip" if training_of(wildcards)["flip"] else ""


def made_by(wildcards):
    """The settings that made a run, for it to carry, as JSON."""
    made = provenance(config, wildcards.dataset, wildcards.scenario)
    return json.dumps(made, sort_keys=True)


def dropout(name):
    """A key of the scenario's dropout; nothing without, and for the supervised baseline."""

    def value(wildcards):
        setting = SCENARIOS.get(wildcards.get("scenario"), {}).get("dropout")
        return setting[name] if setting else []

    return value


def side_of(wildcards):
    """Pixels to store an image at; the model's, where people's images have any size."""
    dataset = DATASETS[wildcards.dataset]
    if dataset["side"] is None and dataset["source"] == "folder":
        return model_of(wildcards)["image_size"]
    return dataset["side"] or []


def validation_of(wildcards):
    return DATASETS[wildcards.dataset]["validation"] or 0


def validation(path):
    """A file of the validation that a person labels; none where there is no validation."""
    return lambda wildcards: path.format_map(wildcards) if validation_of(wildcards) else []


def originals(wildcards):
    """Folder of the files that a person's images come from; none where they are no files."""
    dataset = DATASETS[wildcards.dataset]
    return ancient(dataset["path"]) if dataset["source"] == "folder" else []


def label_budget(wildcards):
    """Interactions of a whole run, the validation among them."""
    return SWEEP["rounds"] * data_setting("interactions")(wildcards) + validation_of(wildcards)


def label_classes(wildcards):
    return json.dumps(DATASETS[wildcards.dataset]["classes"])


def weights_file(wildcards):
    """Pretrained weights of the dataset's model; none for a model trained from scratch."""
    if is_pretrained(wildcards):
        return f"data/weights/{DATASETS[wildcards.dataset]['model']}.safetensors"
    return []


def weights_path(wildcards):
    """The user's own weights file; none where torchvision has the weights."""
    weights = MODELS[wildcards.model]["weights"]
    return weights if is_weights_file(weights) else []


def data_path(wildcards):
    """The user's own copy of the images. Ancient: a data set is prepared once."""
    path = DATASETS[wildcards.dataset]["path"]
    return ancient(path) if path else []


def download(wildcards):
    """Folder of torchvision's download, where the user has no copy."""
    dataset = DATASETS[wildcards.dataset]
    public = dataset["source"] in ("cifar10", "eurosat") and not dataset["path"]
    return f"data/downloads/{dataset['source']}" if public else []


def round_before(name):
    """A file of the round before: rounds unroll from here."""

    def path(wildcards):
        before = int(wildcards.round) - 1
        return f"{RUN.format_map(wildcards)}/round-{before}/{name}"

    return path


def features(wildcards):
    """Features of the unlabeled pool; in round 1 those of the initial model."""
    if int(wildcards.round) > 1:
        return f"{ROUND.format_map(wildcards)}/features.parquet"
    whose = "" if is_pretrained(wildcards) else f"seed-{wildcards.seed}/"
    return f"results/{wildcards.dataset}/pretrained/{whose}features.parquet"


def probabilities(wildcards):
    """Features with probabilities; before the first trained head what the cold start needs."""
    known = int(wildcards.round) > 1 or cold_start(wildcards) == "centroid"
    return features(wildcards) if known else []


def pseudo_labels(wildcards):
    """Threshold and decay of pseudo-labels; nothing without, and before the first trained head."""
    setting = int(wildcards.round) > 1 and SCENARIOS[wildcards.scenario]["pseudo_labels"]
    return [setting["threshold"], setting["decay"]] if setting else []


def pseudo_label_features(wildcards):
    return features(wildcards) if pseudo_labels(wildcards) else []


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


def rounds_of_run(wildcards):
    """Metrics of all rounds of a run; of the supervised baseline there is one."""
    if wildcards.scenario == "supervised":
        return f"{SUPERVISED}/metrics.parquet".format_map(wildcards)
    rounds = range(1, SWEEP["rounds"] + 1)
    return [f"{RUN.format_map(wildcards)}/round-{n}/metrics.parquet" for n in rounds]


def runs_of_sweep(wildcards):
    """Metrics of all runs, and of the supervised baselines.

    Archived runs are done: what the archive has of them is all that is needed.
    """
    baseline = ["supervised"] if SWEEP["supervised"] else []
    runs = product(SWEEP["datasets"], SWEEP["scenarios"] + baseline, SWEEP["seeds"])
    made = f"{RUN}/run.parquet"
    return [ARCHIVED.get(run) or made.format(**dict(zip(KEYS, run))) for run in runs]


def metrics_of_calibration(wildcards):
    """Metrics of all trainings that the calibration tries."""
    if not TRIALS:
        raise WorkflowError(f"sweeps.{config['sweep']} has no `calibration:`")
    datasets, seeds = SWEEP["datasets"], CALIBRATION["seeds"]
    return expand(f"{TRIAL}/metrics.parquet", dataset=datasets, trial=TRIALS, seed=seeds)


def to_archive(wildcards):
    """What makes each run of the sweep, as JSON."""
    if SWEEP["archive"] is None:
        raise WorkflowError(f"sweeps.{config['sweep']} has no `archive:`")
    return json.dumps(provenance_of_sweep(config))


def published():
    """What a paper reports of the sweep's data sets, as JSON."""
    return json.dumps({name: DATASETS[name]["published"] for name in SWEEP["datasets"]})


def trainings(wildcards):
    """What each training of the calibration tries, as JSON, in the order of its metrics."""
    runs = product(SWEEP["datasets"], TRIALS.values(), CALIBRATION["seeds"])
    return json.dumps([trial for _, trial, _ in runs])


def present_metrics(wildcards):
    """Digest of the sweep's metrics that are there already, and of their times."""
    present = [(*run.whose, run.seed, run.finished) for run in runs_of(SWEEP)]
    return hashlib.sha256(json.dumps(present).encode()).hexdigest()[:12]


def title(wildcards):
    return DATASETS[wildcards.dataset]["title"] or wildcards.dataset


def titles():
    """Titles of the sweep's data sets as JSON, for figures and tables."""
    return json.dumps({name: DATASETS[name]["title"] or name for name in SWEEP["datasets"]})


def cluster_step(scenario):
    """Name of a scenario's first step that shows clusters; None if there is none."""
    steps = (
        step for step in step_names(scenario) if STRATEGIES[step.split("-")[1]].kind == "cluster"
    )
    return next(steps, None)


def with_clusters():
    """The sweep's scenarios that show clusters, those with most steps first."""
    names = [name for name in SWEEP["scenarios"] if cluster_step(name)]
    return sorted(names, key=lambda name: -len(SCENARIOS[name]["steps"]))


def gallery(name):
    """A file of the first clusters that a trained model made (of round 1, if it is the last)."""

    def path(wildcards):
        scenario = with_clusters()[0]
        keys = {"dataset": wildcards.dataset, "scenario": scenario, "seed": SWEEP["seeds"][0]}
        keys |= {"round": min(2, SWEEP["rounds"]), "step": cluster_step(scenario)}
        return f"{STEP.format_map(keys)}/{name}"

    return path


TABLES = ["summary"]
if not all(is_human(name) for name in SWEEP["datasets"]):
    TABLES += ["wins", "claims"]


def class_names(wildcards):
    """The file that has the class names of the gallery's clusters."""
    if is_human(wildcards.dataset):
        return gallery("annotations.parquet")(wildcards)
    return f"{DATA.format_map(wildcards)}/index.parquet"


GALLERIES = SWEEP["datasets"] if with_clusters() else []
