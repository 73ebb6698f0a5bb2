import os

import pytest

from orchestration.operation.permissions import ReadOnlyError, check
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
