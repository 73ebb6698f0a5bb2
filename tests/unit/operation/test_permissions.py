import logging
import os

import pytest

from orchestration.operation.permissions import InOneLine, ReadOnlyError, check
from tests.plain_user import plain_user

FILE = "results/d/s/seed-0/round-3/metrics.parquet"


@pytest.mark.parametrize("there", ["results", "results/d/s", "results/d/s/seed-0/round-3"])
def test_a_folder_that_may_not_be_written_to_is_named_with_what_to_do(tmp_path, there):
    (tmp_path / there).mkdir(parents=True)
    (tmp_path / there).chmod(0o555)
    with plain_user(tmp_path):
        with pytest.raises(ReadOnlyError, match=f"^{there}: may not be written to; .*chmod") as e:
            check(["logs/x.log", FILE])
        assert "\n" not in str(e.value)
        os.chmod(there, 0o755)
        check(["logs/x.log", FILE, "screen.log"])


def test_folders_above_the_nearest_do_not_matter(tmp_path):
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / "results").chmod(0o555)
    with plain_user(tmp_path):
        check([FILE])
        os.chmod("results", 0o755)


def record(text, exception):
    made = logging.LogRecord("snakemake", logging.ERROR, "", 0, text, None, None)
    made.exception = exception
    return made


PROTECTED = """ProtectedOutputException in rule train in file "train.smk", line 120:
Write-protected output files for rule train:
    output: results/a b, results/c
    affected files:
        results/a b
        results/c"""


def test_outputs_that_may_not_be_written_to_are_one_line():
    told = record(PROTECTED, "ProtectedOutputException")
    assert InOneLine().filter(told)
    assert told.getMessage() == (
        "Error: results/a b and 1 more: may not be written to, and must be made anew; mend that "
        "(chmod u+w 'results/a b' results/c), then run the same command again"
    )


def test_other_messages_stay():
    told = record(PROTECTED, "MissingInputException")
    assert InOneLine().filter(told)
    assert told.getMessage() == PROTECTED
