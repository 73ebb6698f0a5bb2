"""Where the labeling page is served."""

import copy
from pathlib import Path

import pytest
import yaml

from orchestration.planning.settings import SettingsError, check

CONFIG = yaml.safe_load((Path(__file__).parents[3] / "config.yaml").read_text())


def checked(**labeling):
    config = copy.deepcopy(CONFIG)
    config["labeling"] = labeling
    check(config)
    return config["labeling"]


def test_by_default_there_is_no_proxy_and_nobody_is_asked_twice():
    assert checked() == {"host": "127.0.0.1", "port": 8765, "public_url": None, "double": 0}


def test_a_public_address_is_written_with_its_last_slash():
    assert checked(public_url="https://Example.org:443/label")["public_url"] == (
        "https://example.org/label/"
    )


@pytest.mark.parametrize("url", ["example.org", "https://example.org/?x", "https://a@b/", ""])
def test_what_no_page_can_have_ends_in_one_line(url):
    with pytest.raises(SettingsError, match=r"labeling\.public_url") as caught:
        checked(public_url=url)
    assert "\n" not in str(caught.value)


def test_two_pages_cannot_have_one_address():
    config = copy.deepcopy(CONFIG)
    config["sweep"] = "label-demo"
    config["labeling"] = {"public_url": "https://example.org/"}
    check(copy.deepcopy(config))
    config["datasets"]["second"] = {**config["datasets"]["digits-by-hand"]}
    config["sweeps"]["label-demo"]["datasets"].append("second")
    with pytest.raises(SettingsError, match="digits-by-hand, second, and the address leads to one"):
        check(config)


@pytest.mark.parametrize("share", [-0.1, 1.1, "some"])
def test_a_share_is_from_0_to_1(share):
    with pytest.raises(SettingsError, match=r"labeling\.double"):
        checked(double=share)
