"""Write the features of all texts of a data set, in all splits, by a fixed encoder."""

import importlib
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from cbal.cli import keys_of, parser, run, say
from cbal.models.encoding import How
from cbal.models.text_names import ENCODERS
from cbal.pool.metrics import TIMING
from cbal.storage.encoded import write_encoded
from cbal.storage.files import read_table, samples_of, write_table
from cbal.storage.texts import read_texts
from cbal.wording import counted


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run the encoder on all texts, write the features."""
    cli = parser(__doc__, "dataset")
    cli.add_argument("--texts", type=Path, required=True)
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--architecture", choices=ENCODERS, required=True)
    cli.add_argument("--encoder", type=Path, nargs="?", help="folder of the encoder's weights")
    cli.add_argument("--forward-batch-size", type=int, nargs="?", help="texts in a batch")
    cli.add_argument("--threads", type=int, default=1, help="threads of the CPU")
    cli.add_argument("--gpu-jobs", type=int, default=1, help="jobs that share this machine's GPUs")
    cli.add_argument("--out", type=Path, required=True, help="NumPy file to write")
    cli.add_argument("--timing", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    start = time.perf_counter()
    index = read_table(arguments.index, ["sample_id", "split", "source"])
    texts = read_texts(arguments.texts)
    how = How(
        arguments.dataset,
        arguments.encoder,
        arguments.forward_batch_size,
        arguments.threads,
        arguments.gpu_jobs,
    )
    encoder = importlib.import_module(ENCODERS[arguments.architecture]).Encoder(how)
    parts = encoder.encode(texts, samples_of(index, "train"), index["source"].to_pylist())
    write_encoded(arguments.out, len(index), parts)
    seconds = time.perf_counter() - start
    say(f"{counted(len(index), 'text')} in {seconds:.1f} s")
    keys = keys_of(arguments)
    row = {**keys, "scenario": "encoded", "seed": 0, "round": 0, "stage": "extraction"}
    row |= {"seconds": seconds, "images_per_second": len(index) / seconds}
    row |= {"peak_memory_mb": encoder.peak_mb(), "device": encoder.device}
    write_table(arguments.timing, pa.Table.from_pylist([row], TIMING), **keys)


if __name__ == "__main__":
    run(main)
