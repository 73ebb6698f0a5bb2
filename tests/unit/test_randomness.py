from itertools import product

from cbal.randomness import generator, of_member, seed_of


def test_same_keys_same_numbers():
    a = generator("digits", 1, 2, "train").integers(1 << 40, size=8)
    assert (a == generator("digits", 1, 2, "train").integers(1 << 40, size=8)).all()


def test_every_key_matters():
    keys = product(["a", "b"], [0, 1, 11], [1, 2, 12], ["train", "cluster"])
    seeds = [seed_of(*key) for key in keys]
    assert len(set(seeds)) == len(seeds)


def test_seeds_fit_torch_and_faiss():
    assert 0 <= seed_of("digits", 0, 0, "initial") < 2**63


def test_the_first_member_of_an_ensemble_is_the_model_itself():
    assert of_member("train", 0) == "train"
    stages = [of_member(stage, member) for stage in ("train", "initial") for member in range(12)]
    assert len(set(stages)) == 24
