"""Drills on one machine: each disturbs a sweep, resumes it, and says what happened."""

import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.faults.bench import (
    SCENARIO,
    TARGET,
    Bench,
    forking,
    interrupt,
    same,
    stages,
    wait_for,
)

# Each kind of file, and a file that is made by reading it.
READERS = {
    "data/small/index.parquet": "{run}/round-0/pool.parquet",
    "data/small/truth.parquet": "{run}/round-1/step-1-entropy/annotations.parquet",
    "data/small/images.npy": "results/small/pretrained/seed-0/features.parquet",
    "results/small/pretrained/seed-0/features.parquet": (
        "{run}/round-1/step-2-cluster/query.parquet"
    ),
    "{run}/round-0/pool.parquet": "{run}/round-1/step-1-entropy/query.parquet",
    "{run}/round-1/step-1-entropy/query.parquet": (
        "{run}/round-1/step-1-entropy/annotations.parquet"
    ),
    "{run}/round-1/step-1-entropy/annotations.parquet": "{run}/round-1/pool.parquet",
    "{run}/round-1/pool.parquet": "{run}/round-1/metrics.parquet",
    "{run}/round-1/model.safetensors": "{run}/round-2/features.parquet",
    "{run}/round-2/features.parquet": "{run}/round-2/step-2-cluster/query.parquet",
    "{run}/round-2/metrics.parquet": "results/sweeps/small/metrics.parquet",
}


def snakemake_killed(bench: Bench) -> str:
    """SIGKILL of Snakemake alone, at a random moment; its forks end, other jobs run on as orphans.

    In half of the cases these, and who asked for forks, are stopped, so that they cannot end
    before the sweep goes on.
    """
    project, moment = bench.project(), bench.moment()
    stop = bench.random.random() < 0.5
    with bench.running(project) as process:
        time.sleep(moment)
        finished = process.poll() is not None
        process.kill()
    orphans = stages(project)
    for orphan in orphans if stop else ():
        with suppress(psutil.NoSuchProcess):
            orphan.process.suspend()
    alive = [orphan for orphan in orphans if orphan.process.is_running()] if stop else []
    output = bench.resume(project)
    assert not any(orphan.process.is_running() for orphan in orphans)
    ended = "that an earlier run left running here" in output
    assert ended or not alive, output
    names = ", ".join(sorted(orphan.name for orphan in orphans)) or "no job"
    how = "; ended by the resumed run" if ended else ""
    return f"at {moment:.1f} s; under way: {'all was done' if finished else names}{how}"


def job_killed(bench: Bench) -> str:
    """SIGKILL of a stage's process at a random moment: the sweep fails, naming the stage."""
    project, moment = bench.project(), bench.moment()
    with bench.running(project) as process:
        found = _from(moment, process, lambda: stages(project), "a stage")
        if found is True:
            bench.resume(project)
            return f"at {moment:.1f} s; the sweep had finished"
        victim = bench.random.choice(found)
        victim.process.kill()
        assert process.wait(120) == 1
    assert " failed: " in (project.path / "screen.log").read_text()
    bench.resume(project)
    return f"at {moment:.1f} s; killed: {victim.name}"


def forking_killed(bench: Bench) -> str:
    """SIGKILL of the process that forks for jobs: its forks end, and further jobs do without."""
    project, moment = bench.project(), bench.moment()
    with bench.running(project) as process:
        found = _from(moment, process, lambda: forking(project), "a server")
        if found is True:
            bench.resume(project)
            return f"at {moment:.1f} s; the sweep had finished"
        found[0].kill()
        status = process.wait(120)
    assert not forking(project)
    killed = "killed by signal 9" in (project.path / "screen.log").read_text()
    assert killed == bool(status)
    bench.resume(project)
    return f"at {moment:.1f} s; {'a job was killed' if killed else 'no job was'}"


def _from(
    moment: float, process: subprocess.Popen, find: Callable[[], list], what: str
) -> list | bool:
    """Return what is found first from a moment on; True if the sweep has finished before."""
    time.sleep(moment)
    return wait_for(lambda: find() or process.poll() is not None, what)


def interrupted_once(bench: Bench) -> str:
    """Ctrl-C: running jobs end, no lock is left, and no process stays."""
    return _interrupted(bench, 1)


def interrupted_twice(bench: Bench) -> str:
    """Ctrl-C twice, half a second apart."""
    return _interrupted(bench, 2)


def terminated(bench: Bench) -> str:
    """SIGTERM: the running jobs finish first."""
    project = bench.project()
    with bench.running(project) as process:
        wait_for(lambda: stages(project), "a stage")
        process.terminate()
        process.wait(120)
    assert not stages(project)
    assert not list((project.path / ".snakemake" / "locks").glob("*"))
    bench.resume(project)
    return "the running job finished"


def _interrupted(bench: Bench, times: int) -> str:
    project = bench.project()
    some = bench.random.randint(4, 12)  # of 19; not a time, which depends on the machine's load

    def written() -> bool:
        return len(list(project.path.glob("results/**/*.parquet"))) >= some

    with bench.running(project) as process:
        wait_for(lambda: written() and stages(project), f"{some} files and a stage")
        for _ in range(times):
            interrupt(process)
            time.sleep(0.5)
        assert process.wait(60) != 0
    wait_for(lambda: not stages(project), "the stages to end", 10)
    left = project.jobs(TARGET, "--rerun-incomplete")
    assert 0 < sum(left.values()) < sum(bench.fresh.jobs(TARGET).values())
    lock = "left a lock" in bench.resume(project)
    assert not lock or times > 1
    return f"after {some} files; {'a lock was left and removed' if lock else 'no lock left'}"


def two_at_once(bench: Bench) -> str:
    """A second Snakemake in the same folder stops with the reason, and the first goes on."""
    project = bench.project()
    with bench.running(project) as first:
        wait_for(lambda: stages(project), "a stage")
        second = bench.run(project)
        assert second.returncode == 1
        assert f"Another Snakemake works in this folder (process {first.pid} on " in second.stdout
        assert "Directory cannot be locked" in second.stdout
        assert first.wait(180) == 0
    bench.resume(project)
    return "the second refused, the first finished"


def disk_full(bench: Bench) -> str:
    """The disk is full while a stage writes: it names the file; with room the sweep goes on."""
    project = bench.project()
    disk = project.path / "results"
    disk.mkdir()
    with tmpfs(disk, "200k"):
        result = bench.run(project)
        assert result.returncode == 1
        named = re.findall(r"error: (\S+): cannot be written \(No space left", result.stdout)
        assert named, result.stdout
        half = [file for file in disk.rglob("*") if file.name.endswith(".tmp")]
        assert not half, f"left under temporary names: {half}"
        assert not (project.path / named[0]).exists()
        subprocess.run(["mount", "-o", "remount,size=64M", disk], check=True)
        bench.resume(project)
    return f"named: {Path(named[0]).name}"


def damaged(bench: Bench) -> str:
    """Each kind of file cut short, then with a flipped bit, at an unchanged time.

    The stage that reads it names it and says what to do; after that the sweep is whole again.
    """
    run = f"results/small/{SCENARIO}/seed-0"
    done = []
    for name, read_for in READERS.items():
        for how in (cut_short, flipped):
            if how is flipped and name.endswith(".npy"):
                continue  # pixels have no checksum, which would slow down every job
            project = bench.finished()
            file = project.path / name.format(run=run)
            times = file.stat().st_atime_ns, file.stat().st_mtime_ns
            file.write_bytes(how(file.read_bytes(), bench.random))
            os.utime(file, ns=times)
            reader = read_for.format(run=run)
            (project.path / reader).unlink()
            result = bench.run(project, "--notemp", target=reader)
            assert result.returncode == 1, f"{name} {how.__name__}: taken for good"
            told = f"{name.format(run=run)}: not a whole "
            assert any(
                told in line and "delete it and run the same snakemake command again" in line
                for line in result.stdout.splitlines()
            ), result.stdout
            file.unlink()
            for target in (reader, TARGET):
                result = bench.run(project, "--notemp", target=target)
                assert result.returncode == 0, result.stdout
            same(project.results(), bench.kept.results())
            shutil.rmtree(project.path)
        done.append(Path(name).name)
    return f"{len(done)} kinds of files: {', '.join(sorted(set(done)))}"


def cut_short(content: bytes, rng: random.Random) -> bytes:
    """Return the content without its end."""
    return content[: rng.randrange(len(content))]


def flipped(content: bytes, rng: random.Random) -> bytes:
    """Return the content with one bit flipped."""
    changed = bytearray(content)
    changed[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(changed)


@contextmanager
def tmpfs(folder: Path, size: str) -> Iterator[None]:
    """Mount a file system in memory on a folder, which is empty."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)
