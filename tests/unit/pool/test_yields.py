import pytest

from cbal.pool.yields import accuracy_of_clusters, clusters_pay
from tests.unit.strategies.asked import history_of


def cluster(samples, label, round=1, **more):
    return {"samples": samples, "label": label, "round": round, **more}


def single(sample, label, round=1):
    return {"samples": [sample], "label": label, "round": round, "single": True}


GOOD = [cluster([0, 1, 2, 3], 0), cluster([4, 5], -1)]  # four labels by two interactions


def test_clusters_pay_until_any_was_asked():
    assert clusters_pay(history_of())
    assert clusters_pay(history_of(single(0, 1)))
    assert clusters_pay(history_of(*GOOD, now=1))  # the present round does not count


def test_by_hand(capsys):
    assert clusters_pay(history_of(*GOOD))
    assert "2.00 by clusters, 1.00 by single images; clusters go on" in capsys.readouterr().err
    # One of two labels of the clusters was wrong, and sample 0 had its label before.
    told = [single(0, 0, 2), single(1, 5, 2)]
    assert accuracy_of_clusters(history_of(*GOOD, *told)) == 0.5
    assert clusters_pay(history_of(*GOOD, *told, now=3))
    assert "1.00 by clusters, 0.50 by single images" in capsys.readouterr().err
    told[0] = single(6, 3, 2)
    assert not clusters_pay(history_of(*GOOD, *told, now=3))
    assert "0.00 by clusters, 1.00 by single images; no clusters" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "pay"),
    [
        ([cluster([0, 1, 2, 3], 0, 2), cluster([4, 5], -1, 2)], False),  # nothing new
        ([cluster([0, 1, 2, 3], 1, 2), cluster([4, 5], -1, 2)], True),  # other labels
        ([cluster([6, 7], 1, 2), cluster([4, 5], -1, 2)], False),  # one per interaction
        ([cluster([6, 7, 8], 1, 2), cluster([4, 5], -1, 2)], True),
        ([cluster([6, 7, 8], 1, 2, excluded=[7]), cluster([4, 5], -1, 2)], False),
    ],
)
def test_the_latest_clusters_count(more, pay):
    assert clusters_pay(history_of(*GOOD, *more, now=3)) == pay


@pytest.mark.parametrize("label", [-1, 1])
def test_single_images_that_are_refused_bring_nothing(label):
    images = [single(8, label, 2), single(9, 1, 2)]
    clusters = [cluster([6, 7], 1, 2), cluster([4, 5], -1, 2)]  # one per interaction
    assert clusters_pay(history_of(*clusters, *images, now=3)) == (label < 0)


def test_individual_labels_from_before_a_cluster_tell_nothing_of_it():
    earlier = [single(0, 5), cluster([0, 1], 0)]
    assert accuracy_of_clusters(history_of(*earlier)) == 1
