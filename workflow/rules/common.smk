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

from cbal.models.weights_paths import is_weights_file
from orchestration.operation.standing import runs_of
from orchestration.planning.folders import digest_of_files, has_answers, state_of
from orchestration.planning.provenance import (
    archived_runs,
    defaults,
    provenance,
    provenance_of_sweep,
)
from orchestration.planning.settings import SettingsError, check, shares, trials
from orchestration.planning.strategies import OF_A_HEAD, strategies_of
from orchestration.planning.versions import version

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
# What belongs to a sweep and to no run alone: another sweep's is beside it.
OF_SWEEP = f"results/sweeps/{config['sweep']}"
LOGS_OF_SWEEP = f"logs/sweeps/{config['sweep']}"
PART, PART_LOGS = f"{OF_SWEEP}/{{part}}", f"{LOGS_OF_SWEEP}/{{part}}"
KEYS = ("dataset", "scenario", "seed")
CALIBRATION = SWEEP["calibration"]
TRIALS = trials(CALIBRATION)
ENCODED = "results/{dataset}/encoded/features.npy"
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


def is_human(dataset):
    """Whether a person labels a data set."""
    return DATASETS[dataset]["annotator"] == "human"


def annotated_by(annotator):
    """Pattern of the data sets that an annotator labels; of no name if there are none."""
    names = [name for name, dataset in DATASETS.items() if dataset["annotator"] == annotator]
    return one_of(names) or r"[^\s\S]"


def of_trainable(part):
    """Pattern of the data sets whose model trains a part: all, or the head alone."""
    names = [n for n, d in DATASETS.items() if MODELS[d["model"]]["trainable"] == part]
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


def is_fixed(wildcards):
    """Whether the encoder is fixed, so that rounds train a head alone."""
    return model_of(wildcards)["trainable"] == "head"


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


def members(wildcards):
    """How many models a round has; the supervised baseline has one."""
    return SCENARIOS.get(wildcards.get("scenario"), {}).get("members", 1)


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
