import numpy as np
from skactiveml.pool import MaxHerding

from cbal.strategies.base import Candidates
from cbal.strategies.maxherding import select
from tests.unit.strategies.features import MISSING, of_unit_length, pool_of, theirs


def test_gains_are_those_of_scikit_activeml():
    for labeled, sigma in ((0, 1.0), (1, 0.5), (10, 0.3)):
        pool = of_unit_length(pool_of(labeled=labeled))
        chosen = select(pool, 30, np.random.default_rng(0), sigma=sigma)
        # Rounding decides between samples of equal gain, so the samples that we choose get labels
        # there, too.
        x, y = theirs(pool)
        for sample, score in zip(chosen.sample_id, chosen.score, strict=True):
            strategy = MaxHerding(
                missing_label=MISSING, random_state=0, metric_dict={"gamma": 1 / sigma**2}
            )
            gains = strategy.query(x, y, batch_size=1, return_utilities=True)[1][0]
            gains *= (y[: len(pool)] == MISSING).mean()  # theirs are means over the unlabeled
            np.testing.assert_allclose(
                [gains[sample], score], np.nanmax(gains), rtol=1e-3, atol=1e-6
            )
            y[sample] = 0


def test_gains_by_hand():
    x = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [-1, 0]], np.float16)
    chosen = select(Candidates(np.arange(5), features=x), 3, np.random.default_rng(0))
    assert chosen.sample_id.tolist() == [2, 0, 4]
    near = np.exp(-2)  # of directions at right angles
    by_hand = [(2 + 3 * near) / 5, 2 * (1 - near) / 5, (1 - near) / 5]
    np.testing.assert_allclose(chosen.score, by_hand, rtol=1e-5)


def test_fewer_references_cover_almost_as_much():
    pool = pool_of(n=3000, labeled=5)
    x = pool.features / np.linalg.norm(pool.features.astype(np.float32), axis=1, keepdims=True)

    def coverage(references):
        chosen = select(pool, 20, np.random.default_rng(0), references=references).sample_id
        return np.exp(-(2 - 2 * x @ x[chosen].T)).max(axis=1).mean()

    assert coverage(300) > 0.98 * coverage(3000)
