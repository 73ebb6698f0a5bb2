"""The interval of a share."""

import pytest

from cbal.intervals import wilson


def test_wilson_by_hand():
    assert wilson(0, 0) == (0, 1)
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)  # Agresti and Coull 1998
    assert wilson(10, 10) == pytest.approx((0.7225, 1), abs=1e-4)
