import re

import pytest

from cbal.cli import run, say
from cbal.errors import InputError
from cbal.wording import counted, one_line
from tests.conftest import ROOT

# Messages that are never of one.
ALWAYS_MANY = (
    "like {several} classes",
    "features of the",
    "over the limit",
    "classes, but",
    "cannot hold",
    "all {n} images",
)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nerror: b.png", "a\\nerror: b.png"),
        ("a\r\x1b[31m\0.png", "a\\r\\x1b[31m\\x00.png"),
        ("\udcff.png", "\\udcff.png"),
        ("line\u2028end", "line\\u2028end"),
        ("é 日本 👩‍🔬.png", "é 日本 👩‍🔬.png"),
    ],
)
def test_a_name_stays_in_its_line(name, shown):
    assert one_line(name) == shown


def test_what_a_job_says_is_one_line(capsys):
    say("a\nerror: b")
    assert capsys.readouterr().err == "a\\nerror: b\n"


def test_the_error_of_a_job_is_one_line():
    def fail(argv):
        raise InputError("a\nerror: b")

    with pytest.raises(SystemExit) as error:
        run(fail)
    assert error.value.code == "error: a\\nerror: b"


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 classes"), (1, "1 class"), (2, "2 classes"), (1000, "1000 classes")]
)
def test_a_noun_agrees_with_its_number(n, said):
    assert counted(n, "class", "classes") == said
    assert counted(n, "class").rstrip("es") == said.rstrip("es")


def test_no_message_counts_more_than_one_where_there_may_be_one():
    """The nouns that are counted most: each goes through `counted`."""
    nouns = "images|rounds|links|seeds|classes|labels|threads|answers|questions|candidates"
    written = re.compile(rf"\{{[^{{}}]*\}} (new |labeled |training )?({nouns})\b")
    spelled = {
        f"{file.name}: {line.strip()}"
        for folder in ("workflow/scripts", "workflow/orchestration")
        for file in (ROOT / folder).rglob("*.py")
        for line in file.read_text().splitlines()
        if written.search(line) and not line.strip().startswith("#")
    }
    assert {line for line in spelled if not any(part in line for part in ALWAYS_MANY)} == set()
