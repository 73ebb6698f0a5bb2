"""Write the labels of a whole data set: a person's, and the last model's for the rest."""

from collections.abc import Sequence
from pathlib import Path

from cbal import device as devices
from cbal.cli import keys_of, parser, run, say
from cbal.device_arguments import add_device_arguments, execution_of
from cbal.files import labels_of, metadata_of, open_images, read_table, write_table
from cbal.labeling.labels import labels_table, predict, without_label, write_csv
from cbal.rounds import read_pool


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, let the model fill in what is missing, write both files."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument("--index", type=Path, required=True)
    cli.add_argument("--known", type=Path, required=True, help="validation labels and classes")
    cli.add_argument("--pool", type=Path, required=True, help="of the last round")
    cli.add_argument("--images", type=Path, required=True)
    cli.add_argument("--model", type=Path, required=True, help="of the last round")
    add_device_arguments(cli)
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    cli.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    arguments = cli.parse_args(argv)

    pool = read_pool(arguments.pool)
    known = read_table(arguments.known, ["sample_id", "label"])
    classes = metadata_of(known)["classes"]
    sample_id = without_label(pool, labels_of(known))
    execution = execution_of(arguments)
    images = open_images(arguments.images)
    with devices.enough_memory("make `models: forward_batch_size:` smaller"):
        probability = None
        if classes and len(sample_id) and not pool.ended:
            probability = predict(arguments.model, images, sample_id, execution)
    files = read_table(arguments.index, ["source"])["source"].to_pylist()
    table = labels_table(files, classes, pool, labels_of(known), sample_id, probability)
    kinds = table["kind"].to_pylist()
    parts = {kind: kinds.count(kind) for kind in ("individual", "cluster", "model", None)}
    say(", ".join(f"{n} {kind or 'without a label'}" for kind, n in parts.items()))
    write_csv(arguments.csv, table)
    write_table(arguments.out, table, **keys_of(arguments), classes=classes)


if __name__ == "__main__":
    run(main)
