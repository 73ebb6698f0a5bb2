"""The process that forks for the jobs of tests, and for Snakemake.

    python tests/forks/server.py LISTENER LIFE ADDRESS

It is the workflow's (`workflow/orchestration/forks/server.py`) with Snakemake imported.
"""

import gc
import importlib
import sys
from pathlib import Path

SERVERS = Path(__file__).parents[2] / "workflow/orchestration/forks"


def main() -> None:
    """Serve as the workflow's does, and fork for the command `snakemake` too."""
    # By itself: forks import the packages of the project in which they run.
    sys.path[0] = str(SERVERS)
    server = importlib.import_module("server")
    sys.path[0] = str(Path(sys.executable).parent)  # as of the command `snakemake`
    cli = importlib.import_module("snakemake.cli")
    cli.get_argument_parser()  # finds all plugins, and compiles their patterns
    gc.freeze()
    server.main({"snakemake": cli.main})


if __name__ == "__main__":
    main()
