"""Rounds that train on pseudo-labels, by their command lines."""

import numpy as np

from cbal.storage.files import read_table
from tests.cli.stages import ENTROPY


class TestPseudoLabels:
    def rounds(self, run, threshold):
        run.round(1, ENTROPY)
        run.train(1)
        run.pseudo = [str(threshold), "0"]
        pools = []
        for round in (2, 3):
            run.round(round, ENTROPY)
            pools.append(read_table(run.pool).to_pylist())
            (metrics,) = run.train(round)
        return pools, metrics

    def test_they_train_one_round_and_cost_nothing(self, run):
        (second, third), metrics = self.rounds(run, 10)  # everything is below
        for pool, round in ((second, 2), (third, 3)):
            kinds = [row["label_kind"] for row in pool]
            assert kinds.count("individual") == 6 * round
            assert kinds.count("pseudo") == 48 - 6 * round
            rows = [row for row in pool if row["label_kind"] == "pseudo"]
            assert {(row["labeled_round"], row["interaction"]) for row in rows} == {(round, None)}
        assert metrics["interactions"] == 18
        assert metrics["images_pseudo"] == 30
        truth = read_table(run.file("truth"))["label"].to_pylist()
        right = [row["label"] == truth[row["sample_id"]] for row in rows]
        assert metrics["pseudo_accuracy"] == np.mean(right)

    def test_where_the_model_is_sure_of_nothing_there_are_none(self, run):
        _, metrics = self.rounds(run, 1e-9)
        assert metrics["images_pseudo"] == 0
        assert metrics["pseudo_accuracy"] is None
