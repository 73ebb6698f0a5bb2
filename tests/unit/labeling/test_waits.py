"""How long a wait will be, by the rounds before."""

import os

import pyarrow as pa
import pytest

from cbal.labeling.waits import in_words, waits_of
from cbal.storage.files import write_table


def put(folder, round, answered, asked, worked=10.0):
    """Write the files of a round whose wait lasted from `answered` to `asked`, POSIX times."""
    run = folder / "s" / "seed-0"
    rows = pa.table({"seconds": [worked]})
    write_table(run / f"round-{round}" / "timing.parquet", rows)
    first = run / f"round-{round}" / "step-1-x" / "annotations.parquet"
    next_ = run / f"round-{round + 1}" / "step-1-x" / "query.parquet"
    for path, when in ((first, answered), (next_, asked)):
        write_table(path, rows)
        os.utime(path, (when, when))


def test_nothing_is_known_before_a_round_was_waited_for(tmp_path):
    assert waits_of(tmp_path)("s", 0, 1) is None
    assert waits_of(tmp_path)("s", 0, 3) is None


def test_the_middle_of_the_latest_waits_is_expected(tmp_path):
    for round, seconds in enumerate((900, 20, 60, 30), start=1):
        put(tmp_path, round, 1000, 1000 + seconds, worked=1000)
    wait = waits_of(tmp_path)
    assert wait("s", 0, 2) == 900
    assert wait("s", 0, 5) == 30
    assert wait("s", 1, 5) is None  # another run


def test_a_night_in_between_is_no_wait(tmp_path):
    put(tmp_path, 1, 1000, 1000 + 8 * 3600, worked=40)
    assert waits_of(tmp_path)("s", 0, 2) == 40


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (None, "not known yet"),
        (-5, "takes longer"),
        (30, "Less than a minute"),
        (75, "About 1 min"),
        (3600, "About 60 min"),
    ],
)
def test_in_words(left, said):
    assert said in in_words(left)
