"""Decide whether a run stops after a round, from what its latest models say of the same images."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import keys_of, parser, run, say
from cbal.stopping.rules import RULES, rule_of
from cbal.stopping.settling import measure_rounds
from cbal.stopping.verdict import verdict_of
from cbal.storage.files import write_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, compare the predictions, write the verdict."""
    cli = parser(__doc__, "dataset", "scenario", "seed", "round")
    cli.add_argument(
        "--predictions", type=Path, nargs="+", required=True, help="of this round and those before"
    )
    cli.add_argument("--earlier", type=Path, nargs="*", default=[], help="verdict before this one")
    cli.add_argument("--rule", choices=RULES, required=True)
    cli.add_argument("--at", type=float, help="limit of the rule's measure")
    cli.add_argument("--over", type=int, help="rounds whose mean counts")
    cli.add_argument("--out", type=Path, required=True, help="Parquet file to write")
    arguments = cli.parse_args(argv)

    keys, rule = keys_of(arguments), rule_of(vars(arguments))
    table = verdict_of(keys, rule, measure_rounds(arguments.predictions), arguments.earlier)
    (row,) = table.to_pylist()
    mean = "not known yet" if row["mean"] is None else f"{row['mean']:.4f}"
    say(f"{arguments.rule} {mean}, limit {rule.at:g}: {'stop' if row['stopped'] else 'go on'}")
    if row["outlook"]:
        say(row["outlook"])
    write_table(arguments.out, table, **keys)


if __name__ == "__main__":
    run(main)
