import numpy as np
import pytest

from cbal.clustering.kmeans import kmeans
from cbal.errors import InputError
from cbal.storage.feature_files import DoesNotFitError, read_features, to_batch, write_features
from cbal.storage.feature_range import Spread, check_finite, check_informative, computable
from cbal.strategies.base import Candidates
from cbal.strategies.registry import STRATEGIES
from cbal.strategies.support.calls import load_strategy

N, D = 120, 16
LOOKING = sorted(name for name, known in STRATEGIES.items() if "features" in known.needs)


def groups(n=N):
    """Return float32[n, D], three groups far apart, of sample i the group i % 3."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(3, D))
    return (centers[np.arange(n) % 3] + 0.02 * rng.normal(size=(n, D))).astype(np.float32)


# What half precision makes zero, infinite, coarse or equal.
OUT_OF_RANGE = {
    "too small": groups() * np.float32(1e-9),
    "far too small": groups() * np.float32(1e-26),
    "subnormal in half precision": groups() * np.float32(1e-6),
    "too large": groups() * np.float32(1e6),
    "far too large": groups() * np.float32(1e25),
    "near to each other": 100 + groups() * np.float32(1e-3),
}
IN_RANGE = {
    "plain": groups(),
    "small": groups() * np.float32(1e-3),
    "large": groups() * np.float32(1e4),
    "of a ReLU": np.maximum(groups(), 0),
    "zeros": np.zeros((N, D), np.float32),
    "one row": groups(1),
}


def write(path, x, size=50):
    """Write features batch by batch, as extraction does."""
    spread = Spread()

    def batches():
        for start in range(0, len(x), size):
            part = x[start : start + size]
            spread.add(part)
            yield to_batch(np.arange(start, start + len(part)), part, None, 1)

    write_features(path, batches(), spread)


@pytest.mark.parametrize("what", IN_RANGE)
def test_what_fits_has_the_bytes_of_half_precision(what, tmp_path):
    x = IN_RANGE[what]
    write(tmp_path / "f.parquet", x)
    batches = (
        to_batch(np.arange(start, min(start + 50, len(x))), part.astype(np.float16), None, 1)
        for start in range(0, len(x), 50)
        for part in [x[start : start + 50]]
    )
    write_features(tmp_path / "half.parquet", batches)
    assert (tmp_path / "f.parquet").read_bytes() == (tmp_path / "half.parquet").read_bytes()


@pytest.mark.parametrize("what", OUT_OF_RANGE)
def test_what_does_not_fit_is_float32_to_the_last_bit(what, tmp_path):
    x = OUT_OF_RANGE[what]
    write(tmp_path / "f.parquet", x)
    read = read_features(tmp_path / "f.parquet", np.arange(N), ["feature"])["feature"]
    assert read.dtype == np.float32
    assert np.array_equal(read, x)


def test_what_stops_to_fit_later_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("cbal.storage.feature_files.ROWS", 50)
    x = groups()
    x[110] *= 1e6
    with pytest.raises(DoesNotFitError):
        write(tmp_path / "f.parquet", x)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("what", OUT_OF_RANGE)
def test_clusters_are_those_of_the_same_features_in_range(what):
    x = computable(OUT_OF_RANGE[what].copy())
    cluster, distance = kmeans(x, 3, seed=1)
    expected, _ = kmeans(groups(), 3, seed=1)
    pairs = {*zip(cluster.tolist(), expected.tolist(), strict=True)}
    assert len(pairs) == len(set(expected))
    assert (distance > 0).any()


@pytest.mark.parametrize("name", LOOKING)
@pytest.mark.parametrize("what", OUT_OF_RANGE)
def test_every_strategy_tells_groups_apart_whatever_the_range(name, what):
    x = computable(OUT_OF_RANGE[what].copy())
    probabilities = np.full((N, 3), 1 / 3, np.float32)
    fields = {"features": x, "probabilities": probabilities, "labeled_features": x[:0]}
    seen = {field: value for field, value in fields.items() if field in STRATEGIES[name].needs}
    select = load_strategy(STRATEGIES[name].address)
    settings = {"classes": 3} if name == "probcover" else {}
    found = set()
    for seed in range(5):  # k-means may begin with three of one group
        rng = np.random.default_rng(seed)
        chosen = select(Candidates(np.arange(N), **seen), 3, rng, 1, **settings)
        first = np.unique(chosen.interaction, return_index=True)[1]
        found.add(len(set(chosen.sample_id[first] % 3)))
    assert max(found) == 3


def test_features_in_half_precision_are_computed_with_as_they_are():
    x = groups().astype(np.float16)
    assert computable(x) is x


def test_spread_is_the_same_in_blocks():
    whole, parts = Spread(), Spread()
    x = groups()
    whole.add(x)
    for part in np.split(x, [1, 30, 31]):
        parts.add(part)
    expected = ((x - x.mean(0)) ** 2).sum()
    np.testing.assert_allclose([whole.apart, parts.apart], expected, rtol=1e-5)
    np.testing.assert_allclose(parts.lost, whole.lost, rtol=1e-9)


IMAGES = np.random.default_rng(0).integers(0, 256, (9, 2, 2, 1), dtype=np.uint8)
NOISE = 1 + np.random.default_rng(0).normal(size=(9, D)) * 1e-7


@pytest.mark.parametrize(
    "x, how",
    [
        (np.zeros((9, D)), "all zero"),
        (np.full((9, D), 0.1), "all equal"),
        (NOISE, "all equal"),
    ],
)
def test_features_without_information_end_in_a_line(x, how):
    spread = Spread()
    for part in np.split(x.astype(np.float32), [4]):
        spread.add(part)
    with pytest.raises(InputError, match=f"the features of the 9 images are {how}, .*: do this"):
        check_informative(spread, IMAGES, np.arange(9), "do this")
    check_informative(spread, IMAGES[:1].repeat(9, 0), np.arange(9), "do this")  # twins


@pytest.mark.parametrize("scale", [1e-30, 1e-9, 1, 1e9])
def test_features_with_information_pass(scale):
    spread = Spread()
    spread.add(groups(9) * np.float32(scale))
    check_informative(spread, IMAGES, np.arange(9), "do this")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_end_in_a_line_with_the_sample(bad):
    x = groups(9)
    check_finite(np.arange(9) * 10, x, "features", "do this")
    x[4, 2] = bad
    with pytest.raises(InputError, match="the features of sample 40 are not finite .*: do this"):
        check_finite(np.arange(9) * 10, x, "features", "do this")
