"""Command-line arguments that say how a job uses its device."""

import argparse

from cbal.learning import device as devices
from cbal.learning.device import Execution


def add_device_arguments(cli: argparse.ArgumentParser) -> None:
    """Add the arguments that `execution_of` reads."""
    cli.add_argument("--threads", type=int, default=1, help="threads of the CPU")
    cli.add_argument("--gpu-jobs", type=int, default=1, help="jobs that share this machine's GPUs")
    cli.add_argument("--memory-mb", type=float, default=8000, help="main memory of this job in MB")
    cli.add_argument(
        "--images-percent",
        type=float,
        default=50,
        help="percent of the memory for the pool's images; a larger pool is read batch by batch",
    )
    cli.add_argument("--precision", choices=["auto", "float32", "bfloat16"], default="auto")
    cli.add_argument(
        "--compile",
        action=argparse.BooleanOptionalAction,
        help="compile the model with torch.compile",
    )
    cli.add_argument(
        "--cuda-graphs",
        action=argparse.BooleanOptionalAction,
        help="run training steps as CUDA graphs",
    )
    cli.add_argument(
        "--forward-batch-size",
        type=int,
        nargs="?",
        help="images of a forward pass without training; default: chosen for the device",
    )


def execution_of(arguments: argparse.Namespace) -> Execution:
    """Return how this job uses its device, which is a GPU where there is one."""
    device = devices.choose(arguments.threads, arguments.gpu_jobs)
    return Execution(
        device,
        dtype=devices.precision(arguments.precision, device),
        compiled=bool(arguments.compile),
        cuda_graphs=bool(arguments.cuda_graphs),
        batch_size=arguments.forward_batch_size,
        room=devices.room(
            device, arguments.images_percent, arguments.gpu_jobs, arguments.memory_mb
        ),
    )
