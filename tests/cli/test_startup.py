"""Modules that a job imports: the start should not take longer than the work."""

import subprocess
import sys
from functools import cache

import pytest

from tests.cli.stages import MODEL, RANDOM, SGD
from tests.conftest import ROOT

HEAVY = {"torch", "torchvision", "pandas", "scipy", "sklearn", "seaborn", "matplotlib"}
HEAVY |= {"timm", "huggingface_hub"}
COMPILER = {"torch._dynamo", "torch._inductor", "sympy"}
FIGURES = {"matplotlib", "seaborn", "pandas", "scipy"}
MAY_IMPORT = {
    "query": set(),
    "annotate": set(),
    "init_pool": set(),
    "admit_samples": set(),
    "gather_given": set(),
    "labels_so_far": set(),
    "update_pool": set(),
    "finish_run": set(),
    "collect_metrics": set(),
    "plot_accuracy": FIGURES,
    "plot_clusters": FIGURES,
    "plot_forest": FIGURES,
    "plot_gallery": FIGURES,
    "tabulate_metrics": {"pandas"},
    "tabulate_wins": {"pandas"},
    "tabulate_claims": {"pandas"},
    "tabulate_calibration": {"pandas"},
    "archive_runs": set(),
    "train": {"torch"},
    "extract_features": {"torch"},
    "encode": {"torch"},
    "compute_activations": {"torch"},
    "measure_uncertainty": set(),
    "plot_uncertainty": FIGURES,
    "train_head": {"scipy"},
    "find_suspects": {"scipy"},
}


def run(code: str) -> str:
    """Return what a fresh interpreter prints."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "workflow/scripts")},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def imported(code: str) -> set[str]:
    """Return the heavy modules that a fresh interpreter has imported after `code`."""
    return set(run(code + f"\nimport sys; print(*{HEAVY | COMPILER} & sys.modules.keys())").split())


@cache
def imported_by_scripts(libraries: frozenset[str]) -> dict[str, set[str]]:
    """Return the heavy modules after each of the scripts that may import these libraries.

    Each script is imported in a fork of an interpreter that has imported the libraries, which
    take longer than all else.
    """
    scripts = [script for script, may in MAY_IMPORT.items() if may == libraries]
    first = ["numpy", "pyarrow.parquet", *sorted(libraries)]
    each = f"""
import importlib, os, sys
for name in {first}:
    importlib.import_module(name)
for script in {scripts}:
    if not os.fork():
        importlib.import_module(script)
        print(script, *{HEAVY | COMPILER} & sys.modules.keys(), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, script
"""
    lines = [line.split() for line in run(each).splitlines()]
    return {script: set(modules) for script, *modules in lines}


def as_a_job(script: str, *arguments: str) -> str:
    """Return code that runs a script as the workflow does."""
    path = ROOT / f"workflow/scripts/{script}.py"
    run = f"runpy.run_path({str(path)!r}, run_name='__main__')"
    return f"import runpy, sys; sys.argv[1:] = {list(arguments)}; {run}"


@pytest.mark.parametrize("script", MAY_IMPORT)
def test_a_stage_imports_no_more_than_it_needs(script):
    may = MAY_IMPORT[script]
    assert imported_by_scripts(frozenset(may))[script] <= may


def test_no_strategy_imports_pytorch():
    from cbal.strategies.registry import STRATEGIES

    modules = [strategy.address.split(":")[0] for strategy in STRATEGIES.values()]
    assert not imported("import " + ", ".join(modules))


def test_a_round_s_small_jobs_import_none_of_it(prepared, tmp_path):
    keys = ["--dataset", "tiny", "--scenario", "s", "--seed", "0", "--round", "1"]
    pool, asked, answered = (f"{tmp_path}/{name}.parquet" for name in ("pool", "q", "a"))
    arguments = {
        "init_pool": [*keys[:6], "--index", f"{prepared}/index.parquet", "--interactions", "6"],
        "query": [*keys, "--step", "1-x", "--pool", pool, *RANDOM, "--interactions", "6"],
        "annotate": [*keys, "--step", "1-x", "--query", asked, "--purity", "0.8"]
        + ["--truth", f"{prepared}/truth.parquet"],
        "update_pool": [*keys, "--pool", pool, "--queries", asked, "--annotations", answered],
    }
    outputs = {"init_pool": pool, "query": asked, "annotate": answered, "update_pool": pool}
    for script, words in arguments.items():
        assert not imported(as_a_job(script, *words, "--out", outputs[script])), script


def test_training_and_extracting_load_no_compiler(prepared, tmp_path):
    keys = ["--dataset", "tiny", "--scenario", "s", "--seed", "0", "--round", "1"]
    data = ["--images", f"{prepared}/images.npy", "--index", f"{prepared}/index.parquet"]
    train = [*keys, *data, *MODEL, *SGD, "--pool", f"{prepared}/pool-0.parquet"]
    train += ["--truth", f"{prepared}/truth.parquet", "--metrics", f"{tmp_path}/m.parquet"]
    train += ["--model", f"{tmp_path}/m.safetensors", "--timing", f"{tmp_path}/t.parquet"]
    extract = [*keys, *data, "--model", f"{tmp_path}/m.safetensors"]
    extract += ["--out", f"{tmp_path}/f.parquet", "--timing", f"{tmp_path}/t.parquet"]
    assert imported(as_a_job("train", *train)) == {"torch"}
    assert imported(as_a_job("extract_features", *extract)) == {"torch"}
