from cbal.results.calibration import compare, to_markdown


def runs():
    for batch_size, loss in ((32, 0.3), (64, 0.2)):
        for seed, accuracy in enumerate((0.90, 0.92)):
            training = {"batch_size": batch_size}
            row = {"dataset": "d", "seed": seed, "test_accuracy": accuracy, "test_loss": loss}
            yield training, row


def test_seeds_of_a_training_are_taken_together():
    table = compare(list(runs()), {"d": {"accuracy": 0.95}})
    assert table["training"].tolist() == [{"batch_size": 32}, {"batch_size": 64}]
    assert table["seeds"].tolist() == [2, 2]
    assert table["accuracy"].round(6).tolist() == [0.91, 0.91]
    assert table["accuracy_sd"].round(4).tolist() == [0.0141, 0.0141]
    assert table["best"].tolist() == [False, True]
    text = to_markdown(table, {"d": "Data"})
    assert "| 64 | 2 | 0.9100 ± 0.0141 | 0.2000 (lowest) | -0.0400 |" in text


def test_without_a_paper_there_is_no_difference():
    text = to_markdown(compare(list(runs()), {"d": None}), {})
    assert text.startswith("## d\n")
    assert "difference" not in text


def test_one_seed_has_no_standard_deviation():
    table = compare([run for run in runs() if run[1]["seed"] == 0], {})
    assert table["accuracy_sd"].isna().all()
    assert "| 64 | 1 | 0.9000 | 0.2000 (lowest) |" in to_markdown(table, {})
