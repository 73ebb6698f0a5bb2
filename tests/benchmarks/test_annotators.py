from benchmarks import annotators


def test_each_oracle_has_a_row_a_scenario(capsys):
    chosen = ["takes out", "10 % errors"]
    annotators.main(["--seeds", "1", "--rounds", "1", "--oracles", *chosen])
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 2 + len(chosen) * len(annotators.SCENARIOS)
    assert [len(row) for row in rows] == [len(rows[0])] * len(rows)
    assert {row[0] for row in rows[2:]} == {f"| {name}" for name in chosen}
