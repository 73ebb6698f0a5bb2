import copy
from pathlib import Path

import pytest
import yaml

from orchestration.planning import provenance as runs
from orchestration.planning.annotators import by_kind
from orchestration.planning.mistakes import SettingsError
from orchestration.planning.provenance import provenance
from orchestration.planning.settings import check

CONFIG = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text())
DIGITS = [str(n) for n in range(10)]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """Run where nothing was listed yet, and where relative paths are."""
    monkeypatch.chdir(tmp_path)


def checked(oracle=None, **of_cluster):
    """Return the checked settings with a top-level oracle, and one of the scenario `cluster`."""
    config = copy.deepcopy(CONFIG)
    config["oracle"] = oracle or {}
    config["scenarios"]["cluster"]["oracle"] = of_cluster
    check(config)
    return config


def error(oracle=None, **of_cluster):
    with pytest.raises(SettingsError) as caught:
        checked(oracle, **of_cluster)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def matrix(path, classes=DIGITS):
    """Write the confusion of an annotator who never errs."""
    rows = [[str(int(one == other)) for other in classes] for one in classes]
    lines = [["", *classes], *([name, *row] for name, row in zip(classes, rows, strict=True))]
    Path(path).write_text("\n".join(",".join(line) for line in lines))
    return str(path)


def test_a_scenario_has_the_top_level_s_oracle_with_its_own_changes():
    config = checked({"purity": 0.7, "takes_out": True}, view=9, takes_out=False)
    assert config["scenarios"]["random"]["oracle"] == config["oracle"]
    cluster = config["scenarios"]["cluster"]["oracle"]
    assert cluster == config["oracle"] | {"view": 9, "takes_out": False}
    assert cluster["purity"] == 0.7


def test_rates_and_files_for_each_kind_of_question():
    assert by_kind(0.1) == {"image": 0.1, "cluster": 0.1}
    assert by_kind({"image": 0.1}) == {"image": 0.1, "cluster": None}
    config = checked({"error_rate": {"image": 0.1}}, error_rate={"image": 0.2, "cluster": 0.2})
    assert config["oracle"]["error_rate"] == {"image": 0.1, "cluster": 0}
    assert config["scenarios"]["cluster"]["oracle"]["error_rate"] == 0.2


def test_a_scenario_s_confusion_replaces_the_top_level_s_rate():
    config = checked({"error_rate": 0.1}, confusion={"image": matrix("m.csv")})
    oracle = config["scenarios"]["cluster"]["oracle"]
    assert (oracle["error_rate"], oracle["confusion"]) == (0, {"image": "m.csv", "cluster": None})


@pytest.mark.parametrize(
    ("oracle", "words"),
    [
        ({"error_rate": 1.5}, ["error_rate", "1.5 is greater"]),
        ({"error_rate": {"image": -0.1}}, ["error_rate.image", "-0.1 is less"]),
        ({"error_rate": {"images": 0.1}}, ["error_rate", "unknown key 'images'"]),
        ({"abstains": 2}, ["abstains", "2 is greater"]),
        ({"view": 0}, ["view", "0 is less"]),
        ({"view_way": "best"}, ["view_way", "'best'", "nearest"]),
        ({"asked_again": "no"}, ["asked_again", "'no'"]),
        ({"error_rate": 0.1, "confusion": "m.csv"}, ["exclude each other"]),
        ({"confusion": "{m}.csv"}, ["confusion", "braces"]),
        ({"confusion": {"image": "{m}.csv"}}, ["confusion.image", "braces"]),
        ({"confusion": "nowhere.csv"}, ["confusion: nowhere.csv: cannot be read"]),
    ],
)
def test_a_mistake_is_one_line_that_says_where(oracle, words):
    for where, message in (("oracle", error(oracle)), ("cluster.oracle", error(**oracle))):
        assert all(word in message for word in [where.split(".")[-1], *words]), message


def test_a_confusion_of_other_classes_is_told_before_any_job():
    matrix("m.csv", [*DIGITS[1:], "ten"])
    assert "scenarios.cluster.oracle.confusion: m.csv: is of other classes" in error(
        confusion={"cluster": "m.csv"}
    )
    Path("m.csv").write_text("x,a,b\na,1,0\nb,0.5,0.4\n")
    assert "row 'b' sums to 0.9" in error(confusion="m.csv")


def test_a_run_is_known_by_its_oracle_and_by_what_is_in_its_file():
    usual = provenance(checked(), "digits", "cluster")
    assert "oracle" not in usual["scenario"]
    assert usual["oracle"].items() <= runs.defaults()["oracle"].items()
    assert provenance(checked(takes_out=True), "digits", "cluster") != usual
    assert provenance(checked(takes_out=True), "digits", "random") == provenance(
        checked(), "digits", "random"
    )
    made = [provenance(checked(confusion=matrix(name)), "digits", "cluster") for name in ("a", "b")]
    assert made[0] == made[1]  # wherever it lies
    Path("b").write_text(Path("b").read_text().replace("\n0,1,0", "\n0,0,1"))
    assert provenance(checked(confusion="b"), "digits", "cluster") != made[0]
