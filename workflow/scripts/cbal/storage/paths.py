"""Names of the folders and files that several parts of the project must agree on.

The rules, the orchestration and the jobs take them from here. Braces stand for the keys of a run,
which are wildcards in rules. Paths are relative to the project folder.
"""

# Folders that jobs write to.
SHARED, RESULTS, LOGS = "data", "results", "logs"

# Data sets, downloads and weights: shared by all runs.
DATA = f"{SHARED}/{{dataset}}"
TEXTS = f"{DATA}/texts.parquet"
DOWNLOADS = f"{SHARED}/downloads/{{source}}"
WEIGHTS = f"{SHARED}/weights/{{model}}.safetensors"
SENTENCES = f"{SHARED}/weights/{{model}}.sentence-transformers"  # a folder

# A run is a (dataset, scenario, seed). Its results and its logs are in folders of the same name.
# The supervised baseline has a name in the place of a scenario, and no rounds.
BASELINE = "supervised"
RUN_FOLDER = "{dataset}/{scenario}/seed-{seed}"
ROUND_FOLDER = "round-{round}"
STEP_FOLDER = "step-{step}"
MEMBER_FOLDER = "member-{member}"
RUN = f"{RESULTS}/{RUN_FOLDER}"
ROUND = f"{RUN}/{ROUND_FOLDER}"
STEP = f"{ROUND}/{STEP_FOLDER}"
MEMBER = f"{ROUND}/{MEMBER_FOLDER}"
FINAL = f"{RUN}/final"  # the training after the last round
SUPERVISED = f"{RESULTS}/{{dataset}}/{BASELINE}/seed-{{seed}}"
METRICS = "metrics.parquet"  # of a round, of the baseline, of a sweep
PREDICTIONS = "predictions.parquet"  # of the round's model, by which a run stops
FINISHED = "run.parquet"  # metrics of all rounds of a finished run
TRAINING_LOG = "train.log"

# What belongs to a data set and to no run: no scenario may have the name of one of these folders.
PRETRAINED = f"{RESULTS}/{{dataset}}/pretrained"
ENCODED = f"{RESULTS}/{{dataset}}/encoded"
ACTIVATIONS = f"{ENCODED}/activations.npy"  # where the model is trained from a module on
FINAL_ACTIVATIONS = f"{ENCODED}/{{final}}/activations.npy"  # of another model trained at the end
CALIBRATION = f"{RESULTS}/{{dataset}}/calibration"
VALIDATION = f"{RESULTS}/{{dataset}}/validation"
LABELING = f"{RESULTS}/{{dataset}}/labeling"
BESIDE_RUNS = (SUPERVISED, PRETRAINED, ENCODED, CALIBRATION, VALIDATION, LABELING)
TRIAL = f"{CALIBRATION}/{{trial}}/seed-{{seed}}"

# What belongs to a sweep: no data set may have the name of this folder.
SWEEPS = "sweeps"
SWEEP, SWEEP_LOGS = f"{RESULTS}/{SWEEPS}/{{sweep}}", f"{LOGS}/{SWEEPS}/{{sweep}}"
