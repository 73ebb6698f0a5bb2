"""A strategy that is a file of the user, by the command line of a query."""

import pytest

from cbal.errors import InputError
from cbal.storage.files import read_table
from tests.cli.stages import RANDOM, Run


class TestStrategyOfOnesOwn:
    """A file somewhere, as `path/to/file.py:select`."""

    NEAREST = """
from cbal.strategies.base import one_by_one

def select(candidates, n, rng, threads, first=True):
    order = candidates.sample_id if first else candidates.sample_id[::-1]
    return one_by_one(order[:n], order[:n])
"""

    def step(self, folder, text=NEAREST, settings="{}"):
        (folder / "own.py").write_text(text)
        return ["--strategy", f"{folder}/own.py:select", "--needs", "--kind", "individual"] + [
            "--settings",
            settings,
        ]

    def test_it_is_loaded_from_its_file(self, run, tmp_path):
        out = run.round(1, self.step(tmp_path), self.step(tmp_path, settings='{"first": false}'))
        asked = [read_table(out / f"{i}/query.parquet")["sample_id"].to_pylist() for i in (1, 2)]
        assert asked == [[0, 1, 2, 3, 4, 5], [47, 46, 45, 44, 43, 42]]

    @pytest.mark.parametrize("wrong", ["order[:1].repeat(n)", "order[:n] + 100", "order[: n + 1]"])
    def test_a_choice_that_cannot_be_is_refused(self, run, tmp_path, wrong):
        text = self.NEAREST.replace("order[:n], order[:n]", f"{wrong}, {wrong}")
        with pytest.raises(InputError, match="distinct candidates in at most 6 interactions"):
            run.round(1, self.step(tmp_path, text))

    def test_a_cold_start_takes_none_of_its_settings(self, run, tmp_path):
        step = self.step(tmp_path, settings='{"first": false}')
        step[3:3] = ["probabilities"]
        asked = read_table(run.round(1, step, n=4) / "1/query.parquet")
        drawn = Run(run.data, tmp_path / "random").round(1, RANDOM, n=4) / "1/query.parquet"
        assert asked["sample_id"].equals(read_table(drawn)["sample_id"])
