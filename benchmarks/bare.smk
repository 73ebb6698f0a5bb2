"""A workflow with the DAG of ours, in which jobs only touch files: it measures Snakemake alone.

As many rules, jobs a round, inputs and outputs, the same chain of rounds, the same temporary
files; but no settings, parameters, resources, logs or command lines.

Needs:  SEEDS and ROUNDS, which whoever measures writes above this.
"""

STEPS = {
    "random": ["1-random"],
    "uncertain": ["1-entropy"],
    "cluster": ["1-cluster"],
    "uncertain+cluster": ["1-entropy", "2-cluster"],
    "cluster+uncertain": ["1-cluster", "2-entropy"],
}
RUN = "results/{scenario}/seed-{seed}"
ROUND = "results/{scenario}/seed-{seed}/round-{round}"
STEP = "results/{scenario}/seed-{seed}/round-{round}/step-{n}-{strategy}"
SUPERVISED = "results/supervised/seed-{seed}"


wildcard_constraints:
    seed=r"\d+",
    round=r"[1-9]\d*",
    n=r"\d+",


def before(name):
    def path(wildcards):
        return f"{RUN.format_map(wildcards)}/round-{int(wildcards.round) - 1}/{name}"

    return path


def earlier_steps(name):
    def paths(wildcards):
        folder, n = ROUND.format_map(wildcards), int(wildcards.n)
        return [f"{folder}/step-{step}/{name}" for step in STEPS[wildcards.scenario][: n - 1]]

    return paths


def all_steps(name):
    def paths(wildcards):
        folder = ROUND.format_map(wildcards)
        return [f"{folder}/step-{step}/{name}" for step in STEPS[wildcards.scenario]]

    return paths


def features(wildcards):
    if wildcards.round == "1":
        return f"results/pretrained/seed-{wildcards.seed}/features"
    return f"{ROUND.format_map(wildcards)}/features"


def probabilities(wildcards):
    return [] if wildcards.round == "1" else features(wildcards)


def rounds_of_run(wildcards):
    if wildcards.scenario == "supervised":
        return f"{SUPERVISED}/metrics".format_map(wildcards)
    return [f"{RUN.format_map(wildcards)}/round-{n}/metrics" for n in range(1, ROUNDS + 1)]


FIGURES = ["accuracy", "clusters", "forest", "gallery"]
RUNS = expand(f"{RUN}/run", scenario=[*STEPS, "supervised"], seed=SEEDS)


rule all:
    default_target: True
    input:
        RUNS,
        "metrics",
        expand("figure-{name}.{ext}", name=FIGURES, ext=["png", "pdf"]),
        expand("{name}.{ext}", name=["summary", "wins", "claims"], ext=["md", "csv"]),


rule prepare_data:
    output:
        "data/index",
        "data/truth",
        "data/images",
    shell:
        "touch {output}"


rule init_pool:
    input:
        "data/index",
    output:
        f"{RUN}/round-0/pool",
    shell:
        "touch {output}"


rule extract_untrained:
    input:
        "data/images",
        "data/index",
    output:
        "results/pretrained/seed-{seed}/features",
        "results/pretrained/seed-{seed}/timing",
    shell:
        "touch {output}"


rule extract_features:
    input:
        "data/images",
        "data/index",
        before("pool"),
        before("model"),
    output:
        temp(f"{ROUND}/features"),
        f"{ROUND}/timing-extraction",
    shell:
        "touch {output}"


rule select_random:
    input:
        before("pool"),
        earlier_steps("query"),
        earlier_steps("annotations"),
    output:
        f"{ROUND}/step-{{n}}-random/query",
    shell:
        "touch {output}"


rule select_uncertain:
    input:
        before("pool"),
        earlier_steps("query"),
        earlier_steps("annotations"),
        probabilities,
    output:
        f"{ROUND}/step-{{n}}-entropy/query",
    shell:
        "touch {output}"


rule cluster:
    input:
        before("pool"),
        earlier_steps("query"),
        earlier_steps("annotations"),
        features,
    output:
        f"{ROUND}/step-{{n}}-cluster/query",
    shell:
        "touch {output}"


rule annotate:
    input:
        f"{STEP}/query",
        "data/truth",
    output:
        f"{STEP}/annotations",
    shell:
        "touch {output}"


rule update_pool:
    input:
        before("pool"),
        all_steps("query"),
        all_steps("annotations"),
    output:
        f"{ROUND}/pool",
    shell:
        "touch {output}"


rule train:
    input:
        f"{ROUND}/pool",
        "data/index",
        "data/truth",
        "data/images",
    output:
        f"{ROUND}/metrics",
        f"{ROUND}/predictions",
        f"{ROUND}/timing",
        temp(f"{ROUND}/model"),
    shell:
        "touch {output}"


rule train_last:
    input:
        f"{ROUND}/pool",
        "data/index",
        "data/truth",
        "data/images",
    output:
        f"{ROUND}/metrics",
        f"{ROUND}/predictions",
        f"{ROUND}/timing",
        f"{ROUND}/model",
    wildcard_constraints:
        round=ROUNDS,
    shell:
        "touch {output}"


ruleorder: train_last > train


rule train_supervised:
    input:
        "data/index",
        "data/truth",
        "data/images",
    output:
        f"{SUPERVISED}/metrics",
        f"{SUPERVISED}/timing",
        f"{SUPERVISED}/model",
    shell:
        "touch {output}"


rule finish_run:
    input:
        rounds_of_run,
    output:
        f"{RUN}/run",
    shell:
        "touch {output}"


rule collect_metrics:
    input:
        RUNS,
    output:
        "metrics",
    shell:
        "touch {output}"


rule plot:
    input:
        "metrics",
    output:
        "figure-{name}.png",
        "figure-{name}.pdf",
    wildcard_constraints:
        name="accuracy|clusters|forest",
    shell:
        "touch {output}"


rule plot_gallery:
    input:
        "results/uncertain+cluster/seed-0/round-2/step-2-cluster/query",
        "results/uncertain+cluster/seed-0/round-2/step-2-cluster/annotations",
        "data/index",
        "data/images",
    output:
        "figure-gallery.png",
        "figure-gallery.pdf",
    shell:
        "touch {output}"


rule tabulate:
    input:
        "metrics",
    output:
        "{name}.md",
        "{name}.csv",
    wildcard_constraints:
        name="summary|wins|claims",
    shell:
        "touch {output}"
