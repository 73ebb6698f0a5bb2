import pyarrow as pa

from cbal.results.settling import measures_of, predictions_of, with_measures
from cbal.stopping.rules import MEASURES
from tests.unit.stopping.test_settling import A, B, put


def test_measures_are_columns_of_the_metrics_of_their_rounds(tmp_path):
    for round, probability in ((1, A), (2, B), (10, A)):
        folder = tmp_path / f"round-{round}"
        folder.mkdir()
        put(folder, round, range(4), probability).rename(folder / "predictions.parquet")
    files = predictions_of(tmp_path, 9)
    assert [file.parent.name for file in files] == ["round-1", "round-2"]
    assert len(measures_of(tmp_path, 10)) == 3
    table = with_measures(pa.table({"round": [1, 2, 3]}), files)
    assert table.column_names == ["round", *MEASURES]
    assert table["changed"].to_pylist() == [None, 0.25, None]
    assert table["uncertainty"].null_count == 1


def test_without_predictions_nothing_is_known():
    table = with_measures(pa.table({"round": [1]}), [])
    assert [table[name].to_pylist() for name in MEASURES] == [[None]] * 4
