import pytest

from cbal.cli import run, say
from cbal.errors import InputError, one_line


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
