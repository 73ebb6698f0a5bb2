"""Inputs of rules for a whole sweep. No rule."""


def rounds_of_run(wildcards):
    """Metrics of all rounds of a run; the supervised baseline has one file."""
    if wildcards.scenario == BASELINE:
        return f"{SUPERVISED}/{METRICS}".format_map(wildcards)
    rounds = range(1, SWEEP["rounds"] + 1)
    return [f"{in_run(wildcards, number)}/{METRICS}" for number in rounds]


def runs_of_sweep(wildcards):
    """Metrics of all runs, and of the supervised baselines.

    An archived run is done: its file in the archive replaces that in `results/`.
    """
    baseline = [BASELINE] if SWEEP["supervised"] else []
    runs = product(SWEEP["datasets"], SWEEP["scenarios"] + baseline, SWEEP["seeds"])
    made = f"{RUN}/{FINISHED}"
    return [ARCHIVED.get(run) or made.format(**dict(zip(KEYS, run))) for run in runs]


def metrics_of_calibration(wildcards):
    """Metrics of all trainings that the calibration tries."""
    if not TRIALS:
        raise SystemExit(
            f"config.yaml: sweeps.{config['sweep']} has no `calibration:`; give it one"
        )
    datasets, seeds = SWEEP["datasets"], CALIBRATION["seeds"]
    return expand(f"{TRIAL}/{METRICS}", dataset=datasets, trial=TRIALS, seed=seeds)


def to_archive(wildcards):
    """The settings that each run of the sweep depends on, as JSON."""
    if SWEEP["archive"] is None:
        raise SystemExit(f"config.yaml: sweeps.{config['sweep']} has no `archive:`; give it one")
    return json.dumps(provenance_of_sweep(config))


def usual_settings(wildcards):
    """The defaults of settings, as JSON."""
    return json.dumps(defaults())


def published(wildcards):
    """What a paper reports of the sweep's data sets, as JSON."""
    return json.dumps({name: DATASETS[name]["published"] for name in SWEEP["datasets"]})


def trainings(wildcards):
    """The settings of each training of the calibration, as JSON, in the order of the metrics."""
    runs = product(SWEEP["datasets"], TRIALS.values(), CALIBRATION["seeds"])
    return json.dumps([trial for _, trial, _ in runs])


def folders_of_runs(wildcards):
    """Folders of the sweep's runs, finished or not; the archive's file of an archived run."""
    return [
        ARCHIVED.get((*run.whose, run.seed)) or f"{paths.RESULTS}/{run.folder()}"
        for run in runs_of(SWEEP)
    ]


def present_metrics(wildcards):
    """Digest of the times of the sweep's existing metrics, to notice new ones."""
    present = [(*run.whose, run.seed, run.finished) for run in runs_of(SWEEP)]
    return hashlib.sha256(json.dumps(present).encode()).hexdigest()[:12]


def drawn(part="", figures=(), tables=()):
    """Files of figures and tables, of the sweep or of a part of it."""
    files = {"figures": (figures, ("png", "pdf")), "tables": (tables, ("md", "csv"))}
    return [
        f"{OF_SWEEP}/{part}{folder}/{name}.{ending}"
        for folder, (names, endings) in files.items()
        for name, ending in product(names, endings)
    ]


def title(wildcards):
    return DATASETS[wildcards.dataset]["title"] or wildcards.dataset


def titles(wildcards):
    """Titles of the sweep's data sets as JSON, for figures and tables."""
    return json.dumps({name: DATASETS[name]["title"] or name for name in SWEEP["datasets"]})


FIGURES, TABLES = ["accuracy", "clusters"], ["summary"]
if not all(is_human(name) for name in SWEEP["datasets"]):
    FIGURES += ["forest"]
    TABLES += ["wins", "claims"]
