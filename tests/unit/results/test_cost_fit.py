import numpy as np
import pyarrow as pa
import pytest

from cbal.errors import InputError
from cbal.pool.annotations import ANNOTATIONS
from cbal.pool.costs import Costs, with_seconds
from cbal.results.cost_fit import fit_costs, to_yaml

COST = Costs(image=2, cluster=3, per_shown_image=0.25, per_taken_out=1.5, refusal=1)


def answers(n=60, refused=True, kind=None):
    rng = np.random.default_rng(0)
    rows = []
    for i in range(n):
        clustered = i % 2 == 0 if kind is None else kind == "cluster"
        size = int(rng.integers(5, 40)) if clustered else 1
        label = None if refused and i % 5 == 0 else 1
        out = list(range(rng.integers(0, 4))) if clustered and label else None
        name = "cluster" if clustered else "individual"
        row = {"kind": name, "size": size, "shown": size, "label": label, "excluded": out}
        rows.append(row)
    return with_seconds(pa.Table.from_pylist(rows, ANNOTATIONS), COST)


def test_a_person_who_keeps_to_a_model_is_found_out():
    fit = fit_costs([answers(40), answers(60)], longest=60)
    found = [getattr(fit.costs, name) for name in ("image", "cluster", "per_shown_image")]
    assert found == pytest.approx([2, 3, 0.25], rel=1e-5)
    assert fit.costs.per_taken_out == pytest.approx(1.5, rel=1e-5)
    assert fit.costs.refusal == pytest.approx(1, rel=1e-4)
    assert fit.error == pytest.approx(0, abs=1e-5)
    assert fit.left_out == 0


def test_an_interrupted_answer_is_left_out():
    table = answers()
    seconds = np.array(table["seconds"].to_pylist(), np.float32)
    seconds[3] = 5000
    table = table.set_column(5, "seconds", pa.array(seconds))
    fit = fit_costs([table], longest=60)
    assert fit.left_out == 1
    assert fit.costs.image == pytest.approx(2, rel=1e-4)


def test_what_never_happened_keeps_its_default():
    fit = fit_costs([answers(refused=False, kind="individual")], longest=60)
    assert fit.costs == Costs(image=pytest.approx(2, rel=1e-5))
    text = to_yaml(fit)
    assert "  image: 2 # 60 answers\n" in text
    assert "  refusal: 4.2 # default: 0 answers only\n" in text


def test_no_cost_is_negative():
    table = answers()
    rng = np.random.default_rng(1)
    noisy = np.abs(np.array(table["seconds"]) + rng.normal(0, 5, len(table))).astype(np.float32)
    fit = fit_costs([table.set_column(5, "seconds", pa.array(noisy))], longest=60)
    assert min(getattr(fit.costs, name) for name in ("image", "cluster", "refusal")) >= 0


@pytest.mark.parametrize("tables", [[], [answers().set_column(5, "seconds", pa.nulls(60))]])
def test_nothing_timed_says_what_to_do(tables):
    with pytest.raises(InputError, match="no answer of a person with its seconds yet"):
        fit_costs(tables, longest=60)
