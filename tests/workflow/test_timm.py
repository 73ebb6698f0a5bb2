"""A model of timm in the workflow: from a local cache of the hub to features, and again."""

import pytest

from tests.project import Project
from tests.unit.models.hub import save_to_cache
from tests.workflow.conftest import TINY

NAME = "test_resnet.r160_in1k"
FEATURES = "results/tiny/encoded/features.npy"


@pytest.fixture
def encoded(fresh, tmp_path, monkeypatch) -> Project:
    """A project whose data set has features of a model of timm."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    save_to_cache(tmp_path / "home" / "hub", NAME)
    project = fresh.copy(tmp_path / "project")
    model = {"architecture": f"timm:{NAME}", "weights": "pretrained", "trainable": "head"}
    project.configure(
        models__fixed=model | {"image_size": 32},
        datasets__tiny=TINY["dataset"] | {"model": "fixed", "training": {"l2": 1}},
    )
    project.run(FEATURES)
    return project


def test_another_encoder_makes_the_features_again(encoded):
    log = (encoded.path / "logs/fetch_weights/fixed.log").read_text()
    assert "licence of the weights: apache-2.0" in log
    assert encoded.jobs(FEATURES) == {}
    encoded.configure(models__fixed__threads=1, models__fixed__precision="auto")
    assert encoded.jobs(FEATURES) == {}
    encoded.configure(models__fixed__preprocessing={"crop": 1.0})
    assert encoded.jobs(FEATURES) == {"encode": 1}
    encoded.configure(models__fixed__preprocessing=None, models__fixed__image_size=None)
    assert encoded.jobs(FEATURES) == {"encode": 1, "fetch_weights": 1}
    encoded.configure(models__fixed__image_size=32, models__fixed__weights="none")
    assert encoded.jobs(FEATURES) == {"encode": 1}
    encoded.configure(models__fixed__architecture="timm:test_reznet")
    result = encoded.snakemake("-n", FEATURES)
    assert result.returncode == 1
    assert "models.fixed: architecture 'timm:test_reznet': timm" in result.stderr
    assert "nearest names are test_resnet" in result.stderr
