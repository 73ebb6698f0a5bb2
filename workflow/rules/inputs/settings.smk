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

from cbal.labeling.folder import JOURNAL
from cbal.models.names import is_timm
from cbal.models.text_names import ENCODERS, SENTENCES
from cbal.models.trainable import is_module
from cbal.models.weights_paths import is_weights_file
from cbal.stopping.rules import ROUNDS as ROUNDS_OF_OUTLOOK
from cbal.storage import paths
from cbal.storage.columns import DOUBT, ITSELF, OF_A_HEAD
from cbal.storage.paths import (
    ACTIVATIONS,
    BASELINE,
    DATA,
    FINAL_ACTIVATIONS,
    FINISHED,
    LABELING,
    MEMBER,
    METRICS,
    PRETRAINED,
    ROUND,
    RUN,
    STEP,
    SUPERVISED,
    TRIAL,
)
from orchestration.operation.labeling import check_review
from orchestration.operation.standing import runs_of
from orchestration.planning.annotators import by_kind, joined_costs
from orchestration.planning.folders import digest_of_files, has_answers, reviewed, state_of
from orchestration.planning.kinds import folder_shown, kind_of, may_grow
from orchestration.planning.provenance import (
    archived_runs,
    defaults,
    provenance,
    provenance_of_sweep,
)
from orchestration.planning.remembered import version
from orchestration.planning.settings import SettingsError, check
from orchestration.planning.shares import shares
from orchestration.planning.strategies import strategies_of
from orchestration.planning.training import FORGIVING, trials
from orchestration.planning.training import training_of as training_for

# A DAG has millions of objects that stay until the end. Searching them for garbage again and
# again took a tenth of the time to build it.
gc.freeze()
gc.set_threshold(100_000, 20, 20)

try:
    check(config)
    ARCHIVED = archived_runs(config)
except SettingsError as error:
    raise SystemExit(f"config.yaml: {error}") from None

# Jobs run `python`. If no environment is active, they get the Python of this Snakemake.
if not {"VIRTUAL_ENV", "CONDA_PREFIX"} & os.environ.keys():
    folders = [os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)]
    os.environ.update(PATH=os.pathsep.join(folders))
# PyTorch would search for backends of other vendors, which costs each job 0.3 s.
os.environ.setdefault("TORCH_DEVICE_BACKEND_AUTOLOAD", "0")

SWEEP = config["sweeps"][config["sweep"]]
DATASETS = config["datasets"]
SCENARIOS = config["scenarios"]
MODELS = config["models"]
STRATEGIES = strategies_of(config)

# Folder of what belongs to the sweep and to no run alone: another sweep's is beside it.
OF_SWEEP = paths.SWEEP.format(sweep=config["sweep"])
LOGS_OF_SWEEP = paths.SWEEP_LOGS.format(sweep=config["sweep"])
PART, PART_LOGS = f"{OF_SWEEP}/{{part}}", f"{LOGS_OF_SWEEP}/{{part}}"
KEYS = ("dataset", "scenario", "seed")
# In the environment for jobs that no other cost model shall rerun.
COSTS = joined_costs(config)
os.environ.update(CBAL_COSTS=COSTS)
CALIBRATION = SWEEP["calibration"]
TRIALS = trials(CALIBRATION)
ENCODED = f"{paths.ENCODED}/features.npy"
HELD_OUT = f"{paths.CALIBRATION}/index.parquet"
FINAL = f"{RUN}/{{final}}"
VALIDATION = f"{paths.VALIDATION}/annotations.parquet"


def one_of(names):
    return "|".join(re.escape(name) for name in names)


def is_human(dataset):
    """Whether a person labels a data set."""
    return DATASETS[dataset]["annotator"] == "human"


def datasets_where(holds):
    """Pattern of the data sets for which something holds; it matches nothing if there are none."""
    return one_of(name for name in DATASETS if holds(name)) or r"[^\s\S]"


def is_of_kind(dataset, kind):
    """Whether a data set is of a kind (image, embedding, text); None means any."""
    return kind in (None, kind_of(DATASETS[dataset]))


def annotated_by(annotator, kind=None):
    """Pattern of the data sets, of a kind if one is given, that an annotator labels."""
    return datasets_where(
        lambda name: DATASETS[name]["annotator"] == annotator and is_of_kind(name, kind)
    )


def part_trained(training):
    """What a model trains: all, a named module on, or the head alone; "" without a training."""
    trainable = MODELS[training["model"]]["trainable"] if training else ""
    return "module" if trainable and is_module(trainable) else trainable


def of_trainable(part, kind=None):
    """Pattern of the data sets whose model trains a part: all, module, or head."""
    return datasets_where(
        lambda name: part_trained(DATASETS[name]) == part and is_of_kind(name, kind)
    )


def key(name, default):
    """A key of the run; the default if the output has no such wildcard."""
    return lambda wildcards: wildcards.get(name, default)


def made_by(wildcards):
    """The settings that a run's results depend on, as JSON; they are stored with the results."""
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
    when="(so-far/)?",
    trial=one_of(TRIALS),
    final="final",
