"""Tests of the benchmark of suspects: it runs, and its numbers are shares."""

import re

from benchmarks.suspects import main


def test_each_way_has_a_row_for_each_rate(capsys):
    main(["--seeds", "1", "--rates", "0", "0.1"])
    text = capsys.readouterr().out
    tables = text.split(" mistakes: ")
    assert len(tables) == 3
    for table in tables[1:]:
        rows = [line for line in table.splitlines() if line.startswith("| confidence")]
        assert len(rows) == 3
        shares = [float(number) for row in rows for number in re.findall(r"([\d.]+) ±", row)]
        assert len(shares) == 9
        assert all(0 <= share <= 1 for share in shares)
