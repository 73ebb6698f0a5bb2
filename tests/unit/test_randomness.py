from itertools import product

from cbal.randomness import generator, seed_of


def test_same_keys_same_numbers():
    a = generator("digits", 1, 2, "train").integers(1 << 40, size=8)
    assert (a == generator("digits", 1, 2, "train").integers(1 << 40, size=8)).all()


def test_every_key_matters():
    keys = product(["a", "b"], [0, 1, 11], [1, 2, 12], ["train", "cluster"])
    seeds = [seed_of(*key) for key in keys]
    assert len(set(seeds)) == len(seeds)


def test_seeds_fit_torch_and_faiss():
    assert 0 <= seed_of("digits", 0, 0, "initial") < 2**63
