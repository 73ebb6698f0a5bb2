"""A real Slurm of one node, started without systemd, that leaves the rest of the machine alone.

    python -m tests.slurm.cluster FOLDER     starts one, prints how to use it, stops it on Ctrl-C

All its files (configuration, key, state, logs, pid files, sockets) are in one folder. It listens
on free ports of the loopback address, and stops only processes that it started. Jobs run as the
user who starts it. Two character devices stand in for GPUs, and the node pretends to have
`CPUS` processors and `MEMORY_MB` of memory.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from getpass import getuser
from pathlib import Path

import psutil

NODE = socket.gethostname().split(".")[0]  # Slurm takes no other name for its controller
CPUS, MEMORY_MB = 8, 64_000
DAEMONS = ("munged", "slurmctld", "slurmd")
WITH_ACCOUNTING = ("mariadbd", "mariadb-install-db", "slurmdbd", "sacctmgr")

CONFIGURATION = """\
ClusterName=test
SlurmctldHost={node}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
# Memory is measured, not limited by cgroups, which may be missing or belong to another user.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill,UsePss
{accounting}
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,defer_batch=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
MinJobAge=300
ReturnToService=1
KillWait=5
SlurmctldTimeout=60
SlurmdTimeout=10
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={node} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:2
PartitionName=cpu Nodes={node} Default=YES MaxTime=1-00:00:00 DefMemPerCPU=500 State=UP
PartitionName=gpu Nodes={node} MaxTime=1-00:00:00 DefMemPerCPU=500 State=UP
"""

ACCOUNTING = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=localhost
AccountingStoragePort={database_port}
AccountingStoragePass={folder}/munge/socket
AccountingStorageEnforce=associations"""

DATABASE_DAEMON = """\
DbdHost=localhost
DbdPort={database_port}
SlurmUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={storage_port}
StorageUser=slurm
StoragePass={password}
StorageLoc=slurm
"""


def missing(accounting: bool = False) -> list[str]:
    """Return the programs that a cluster needs and this machine lacks."""
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    needed = (*DAEMONS, *WITH_ACCOUNTING) if accounting else DAEMONS
    return [name for name in needed if shutil.which(name, path=path) is None]


def free_ports(n: int) -> list[int]:
    """Return n free ports of the loopback address."""
    sockets = [socket.socket() for _ in range(n)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Cluster:
    """A cluster with partitions `cpu` (the default) and `gpu`, and two GPUs in its node."""

    def __init__(self, folder: Path, accounting: bool = False):
        """Prepare a cluster in a folder; `start` it.

        Args:
            folder: for all its files; its path must fit a socket's (about 80 characters).
            accounting: whether to have a database of accounts and jobs; then only known
                accounts may submit, as `research`.
        """
        self.folder = folder.resolve()
        self.accounting = accounting
        self.started: list[psutil.Process] = []
        self.environment = {
            **os.environ,
            "SLURM_CONF": f"{self.folder}/slurm.conf",
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}:/usr/sbin:/sbin",
        }

    def __enter__(self) -> "Cluster":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Write the configuration, start the daemons, wait until the node is idle."""
        self._configure()
        munge = self.folder / "munge"
        self._daemon(
            "munged",
            *("--force", "--num-threads=2", f"--socket={munge}/socket"),
            *(f"--key-file={munge}/key", f"--pid-file={self.folder}/munged.pid"),
            *(f"--log-file={munge}/log", f"--seed-file={munge}/seed"),
        )
        self._until("munge", lambda: self.ask("munge", "-n", f"--socket={munge}/socket"))
        if self.accounting:
            self._start_accounting()
        self._daemon("slurmctld")
        self._daemon("slurmd")
        self._until("an idle node", lambda: "idle" in self.ask("sinfo", "-h", "-o", "%T"))

    def stop(self) -> None:
        """Cancel its jobs; end its daemons, and processes that its jobs left."""
        with suppress(subprocess.SubprocessError, TimeoutError):
            if (self.folder / "slurmctld.pid").exists():
                self.ask("scancel", "--user", getuser())
                self._until("an empty queue", lambda: not self.ask("squeue", "-h"), seconds=20)
        end([*reversed(self.started), *_of_jobs(f"{self.folder}/slurm.conf")])

    def ask(self, *command: str) -> str:
        """Return what one of Slurm's commands prints."""
        return subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout.strip()

    def jobs(self, states: str = "all") -> list[dict[str, str]]:
        """Return id, state, name and comment of the jobs that Slurm remembers."""
        lines = self.ask("squeue", "-h", "-t", states, "-o", "%i|%T|%j|%k").splitlines()
        return [dict(zip(("id", "state", "name", "comment"), line.split("|"))) for line in lines]

    def _configure(self) -> None:
        for name in ("bin", "munge", "state", "spool"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        key = self.folder / "munge" / "key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        ports = free_ports(4)
        values = {
            "node": NODE,
            "user": getuser(),
            "folder": self.folder,
            "cpus": CPUS,
            "memory": MEMORY_MB,
            **dict(zip(("controller_port", "node_port", "database_port", "storage_port"), ports)),
            "password": secrets.token_hex(8),
        }
        self.values = values
        accounting = "AccountingStorageType=accounting_storage/none"
        if self.accounting:
            accounting = ACCOUNTING.format(**values)
            database = self.folder / "slurmdbd.conf"
            database.write_text(DATABASE_DAEMON.format(**values))
            database.chmod(0o600)
        text = CONFIGURATION.format(**values, accounting=accounting)
        (self.folder / "slurm.conf").write_text(text)
        (self.folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
        # Snakemake's job steps drop every variable SLURM_*, this one too.
        srun = self.folder / "bin" / "srun"
        line = f'SLURM_CONF={self.folder}/slurm.conf exec {shutil.which("srun")} "$@"'
        srun.write_text(f"#!/bin/sh\n{line}\n")
        srun.chmod(0o755)
        gpus = [f"NodeName={NODE} Name=gpu File=/dev/{name}\n" for name in ("null", "zero")]
        (self.folder / "gres.conf").write_text("".join(gpus))

    def _daemon(self, name: str, *arguments: str) -> None:
        """Start a program that puts itself into the background, and remember its process."""
        file = self.folder / f"{name}.pid"
        file.unlink(missing_ok=True)
        self.ask(name, *arguments)
        self._until(name, lambda: file.exists() and file.read_text().strip())
        self.started.append(psutil.Process(int(file.read_text())))

    def _start_accounting(self) -> None:
        """Start a separate database and Slurm's daemon for it; make the account `research`."""
        data, values = self.folder / "mariadb", self.values
        self.ask("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db")
        log = (self.folder / "mariadb.log").open("w")
        process = subprocess.Popen(
            [shutil.which("mariadbd", path=self.environment["PATH"]), "--no-defaults"]
            + [f"--datadir={data}", f"--socket={self.folder}/mariadb.sock", f"--user={getuser()}"]
            + ["--bind-address=127.0.0.1", f"--port={values['storage_port']}"]
            + ["--innodb-buffer-pool-size=64M", f"--pid-file={self.folder}/mariadb.pid"],
            env=self.environment,
            stdout=log,
            stderr=log,
        )
        self.started.append(psutil.Process(process.pid))
        grant = "CREATE DATABASE slurm; GRANT ALL ON slurm.* TO slurm@'127.0.0.1' IDENTIFIED BY "
        sql = f"{grant} '{values['password']}'; GRANT ALL ON slurm.* TO slurm@localhost "
        sql += f"IDENTIFIED BY '{values['password']}'"
        client = ("mariadb", "--no-defaults", f"--socket={self.folder}/mariadb.sock")
        self._until("mariadb", lambda: self.ask(*client, "-e", "SELECT 1"))
        self.ask(*client, "-e", sql)
        self._daemon("slurmdbd")
        manager = ("sacctmgr", "--immediate")
        self._until("slurmdbd", lambda: self.ask(*manager, "add", "cluster", "test"))
        self.ask(*manager, "add", "account", "research", "cluster=test")
        self.ask(*manager, "add", "user", getuser(), "account=research", "cluster=test")

    def _until(self, what: str, condition, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while True:
            with suppress(subprocess.SubprocessError):
                if condition():
                    return
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds} s for {what}; the logs are in {self.folder}")
            time.sleep(0.1)


def _of_jobs(configuration: str) -> list[psutil.Process]:
    """Return the processes of jobs of the Slurm with this configuration."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            environment = process.environ()
            ours = environment.get("SLURM_CONF") == configuration
            if ours and "SLURM_JOB_ID" in environment:
                found.append(process)
    return found


def end(processes: list[psutil.Process]) -> None:
    """End processes with SIGTERM, and with SIGKILL after a while."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(processes, timeout=10)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def main() -> None:
    """Run a cluster until it is interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Cluster(Path(sys.argv[1]), accounting="--accounting" in sys.argv) as cluster:
        print(f"export SLURM_CONF={cluster.folder}/slurm.conf PATH={cluster.folder}/bin:$PATH")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
