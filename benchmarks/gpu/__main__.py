"""Measure on a GPU machine without a network, what is worth most first, within some minutes.

`python -m benchmarks.gpu.pack` makes the plan and gathers what is carried, on another machine.
Here Python, PyTorch and torchvision are needed, and neither Snakemake nor a network. What was
measured is in `--out` after every training, so nothing is lost when the time is up. The same
command again goes on where it stopped.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from benchmarks.gpu.plan import (
    CARRIED,
    DONE,
    PLAN,
    Ended,
    Stage,
    read_ended,
    read_plan,
    write_ended,
)

ROOT = Path(__file__).parents[2]
NEEDED = ("torch", "torchvision", "numpy", "pyarrow", "pandas", "PIL", "safetensors", "sklearn")
NEEDED += ("tabulate", "psutil", "threadpoolctl", "faiss")
LEAST = 5  # seconds in which no stage is worth a start


def main(argv: Sequence[str] | None = None) -> None:
    """Run all stages until the time is up, and write the report after each."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("--minutes", type=float, default=25, help="in which all has to end")
    cli.add_argument("--carried", type=Path, default=ROOT / CARRIED, help="folder of the pack")
    cli.add_argument("--out", type=Path, required=True, help="folder for what is to be kept")
    cli.add_argument("--only", nargs="+", help="names of stages; default: all")
    cli.add_argument("--cpu", action="store_true", help="rehearse it without a GPU")
    arguments = cli.parse_args(argv)
    end = time.monotonic() + 60 * arguments.minutes
    plan, out = (arguments.carried / PLAN).resolve(), arguments.out.resolve()
    stages = read_plan(plan)
    environment = environment_of(arguments.carried.resolve())
    check(environment, arguments.cpu)
    out.mkdir(parents=True, exist_ok=True)
    ended = {stage.name: stage for stage in read_ended(ROOT)}
    for stage in stages:
        left = end - time.monotonic()
        done = stage.name in ended and ended[stage.name].end == DONE
        if done or (arguments.only and stage.name not in arguments.only):
            continue
        if left < LEAST:
            print(f"{stage.name}: no time left", flush=True)
            continue
        print(f"{stage.name}: {left / 60:.1f} minutes left", flush=True)
        command = [sys.executable, "-m", *command_of(stage, plan, out)]
        ended[stage.name] = run(stage.name, command, environment, min(left, 60 * stage.minutes))
        write_ended(ROOT, list(ended.values()))
        write_report(stages, list(ended.values()), out)
    print(f"{out}: report.md, and measured.tar.gz to unpack in the repository")


def environment_of(carried: Path) -> dict[str, str]:
    """Return the environment of all stages; carried wheels are installed beside them first."""
    environment = dict(os.environ)
    paths = [str(ROOT), str(ROOT / "workflow/scripts")]
    wheels, site = sorted(carried.glob("wheels/*.whl")), carried / "site"
    if wheels and not site.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
        subprocess.run([*command, "--target", str(site), *map(str, wheels)], check=True)
    if wheels:
        paths.append(str(site))
    environment["PYTHONPATH"] = os.pathsep.join([*paths, environment.get("PYTHONPATH", "")])
    environment["TORCH_DEVICE_BACKEND_AUTOLOAD"] = "0"  # as for the jobs of the workflow
    environment["PYTHONUNBUFFERED"] = "1"
    if (carried / "torch").exists():
        environment["TORCH_HOME"] = str(carried / "torch")
    return environment


def check(environment: dict[str, str], cpu: bool) -> None:
    """Check that the packages and a GPU are there.

    Raises:
        SystemExit: they are not; the message says what to do.
    """
    sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise SystemExit(
            f"error: not installed here: {', '.join(missing)}; carry wheels of them "
            f"in {CARRIED}/wheels (docs/offline.md)"
        )
    import torch

    if not (torch.cuda.is_available() or cpu):
        raise SystemExit("error: there is no GPU here; --cpu rehearses it without one")


def command_of(stage: Stage, plan: Path, out: Path) -> list[str]:
    """Return the module of a stage, and its arguments."""
    if stage.module:
        return [stage.module, *stage.words]
    return ["benchmarks.gpu.stage", stage.name, "--plan", str(plan), "--out", str(out)]


def run(name: str, command: Sequence[str], environment: dict[str, str], limit: float) -> Ended:
    """Run a stage, show what it prints, and end it with all its processes at its limit."""
    start, said = time.monotonic(), []
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )

    def end_all(*_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end_all)
    signal.setitimer(signal.ITIMER_REAL, limit)
    for line in process.stdout:
        print(f"  {line}", end="", flush=True)
        said.append(line)
    process.wait()
    signal.setitimer(signal.ITIMER_REAL, 0)
    seconds = time.monotonic() - start
    if process.returncode == -signal.SIGKILL and seconds >= limit:
        end = "stopped at its limit"
    else:
        end = DONE if process.returncode == 0 else f"failed ({process.returncode})"
    print(f"{name}: {end} after {seconds:.0f} s", flush=True)
    return Ended(name, seconds, end, "".join(said))


def write_report(stages: Sequence[Stage], ended: Sequence[Ended], out: Path) -> None:
    """Write what the stages printed and what the jobs measured so far."""
    from benchmarks.gpu.kept import REPORT, keep, report
    from benchmarks.gpu.stage import archive_of

    keep(ROOT, out, [archive_of(stage.archive) for stage in stages if stage.archive])
    (out / REPORT).write_text(report(ROOT, stages, ended))


if __name__ == "__main__":
    main()
