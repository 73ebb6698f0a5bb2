"""What results are made from: input functions and settings of a whole sweep. No rule."""


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
        raise SystemExit(
            f"config.yaml: sweeps.{config['sweep']} has no `calibration:`; give it one"
        )
    datasets, seeds = SWEEP["datasets"], CALIBRATION["seeds"]
    return expand(f"{TRIAL}/metrics.parquet", dataset=datasets, trial=TRIALS, seed=seeds)


def to_archive(wildcards):
    """What makes each run of the sweep, as JSON."""
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
    """What each training of the calibration tries, as JSON, in the order of its metrics."""
    runs = product(SWEEP["datasets"], TRIALS.values(), CALIBRATION["seeds"])
    return json.dumps([trial for _, trial, _ in runs])


def folders_of_runs(wildcards):
    """Where the sweep's runs are, finished or not; of an archived run its file."""
    return [
        ARCHIVED.get((*run.whose, run.seed)) or f"results/{run.folder()}" for run in runs_of(SWEEP)
    ]


def present_metrics(wildcards):
    """Digest of the sweep's metrics that are there already, and of their times."""
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


def gallery_step(wildcards):
    """The step of the first clusters that a trained model made (of round 1, if it is the last)."""
    scenario = with_clusters()[0]
    keys = {"dataset": wildcards.dataset, "scenario": scenario, "seed": SWEEP["seeds"][0]}
    return keys | {"round": min(2, SWEEP["rounds"]), "step": cluster_step(scenario)}


def gallery(name):
    """A file of the gallery's step."""
    return lambda wildcards: f"{STEP.format_map(gallery_step(wildcards))}/{name}"


def gallery_annotations(wildcards):
    """The answers to the gallery's clusters, and later ones by which a person may correct them."""
    keys = gallery_step(wildcards)
    names = step_names(keys["scenario"])
    last = len(names) if is_human(wildcards.dataset) else names.index(keys["step"]) + 1
    steps = [keys | {"step": name} for name in names[names.index(keys["step"]) : last]]
    return [f"{STEP.format_map(step)}/annotations.parquet" for step in steps]


TABLES = ["summary"]
if not all(is_human(name) for name in SWEEP["datasets"]):
    TABLES += ["wins", "claims"]


def class_names(wildcards):
    """The file that has the class names of the gallery's clusters."""
    if is_human(wildcards.dataset):
        return gallery_annotations(wildcards)[-1]
    return f"{DATA.format_map(wildcards)}/index.parquet"


GALLERIES = SWEEP["datasets"] if with_clusters() else []
