"""The checked settings, the names of files, and wildcard constraints. No rule.

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

from cbal.models.trainable import is_module
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
from orchestration.planning.training import ACTIVATIONS
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


def one_of(names):
    return "|".join(re.escape(name) for name in names)


def is_human(dataset):
    """Whether a person labels a data set."""
    return DATASETS[dataset]["annotator"] == "human"


def annotated_by(annotator):
    """Pattern of the data sets that an annotator labels; of no name if there are none."""
    names = [name for name, dataset in DATASETS.items() if dataset["annotator"] == annotator]
    return one_of(names) or r"[^\s\S]"


def of_trainable(part):
    """Pattern of the data sets whose model trains a part: all, a named module on, or the head."""
    trained = {name: MODELS[dataset["model"]]["trainable"] for name, dataset in DATASETS.items()}
    names = [n for n, t in trained.items() if ("module" if is_module(t) else t) == part]
    return one_of(names) or r"[^\s\S]"


def key(name, default):
    """A key of the run, where the output has it."""
    return lambda wildcards: wildcards.get(name, default)


def made_by(wildcards):
    """The settings that made a run, for it to carry, as JSON."""
    made = provenance(config, wildcards.dataset, wildcards.scenario)
    return json.dumps(made, sort_keys=True)


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
