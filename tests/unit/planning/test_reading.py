import pytest

from orchestration.planning.mistakes import SettingsError
from orchestration.planning.reading import check_files, check_folder
from tests.conftest import ROOT


def refused(tmp_path, content, name="config.yaml"):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError) as caught:
        check_files([str(file)])
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(f"{file}: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: key 'a' stands in line 1 already; take one out"),
        ("x:\n  - b: 2\n    c: {d: 1}\n    b: 3\n", "line 4: key 'b' stands in line 2"),
        ("x: {b: 2, b: 3}\n", "line 1: key 'b' stands in line 1"),
        ("x: &x\n  a: 1\n  a: 2\ny: *x\n", "line 3: key 'a'"),
        ("a: [\n", "not YAML ("),
        ("a:\n\t- b\n", "line 2: not YAML"),
        ("a: *nobody\n", "line 1: not YAML"),
        ("a: !!python/object:os.system x\n", "line 1: not YAML"),
        ("a: 2020-13-45\n", "not YAML (month must be"),
        ("just words\n", "has no keys"),
        ("", "has no keys"),
        (b"a: \xff\xfe\n", "is not UTF-8 text"),
    ],
)
def test_what_readers_take_without_a_word_or_not_at_all_is_one_line(tmp_path, content, words):
    assert words in refused(tmp_path, content)


def test_json_is_held_to_the_same(tmp_path):
    name = "config.json"
    assert (
        refused(tmp_path, '{"a": {"b": 1, "b": 2}}', name) == "key 'b' stands twice; take one out"
    )
    assert refused(tmp_path, '{\n"a": }', name).startswith("line 2: not JSON (Expecting value)")


def test_the_same_key_elsewhere_and_merged_keys_are_fine(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("a: &a {x: 1}\nb: {<<: *a, x: 2}\nc: [{x: 1}, {x: 1}]\nd: *a\n")
    check_files([str(file), str(ROOT / "config.yaml")])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match="none.yaml: cannot be read .no such file"):
        check_files([str(tmp_path / "none.yaml")])


def test_another_folder_is_refused_with_what_to_do(tmp_path, monkeypatch):
    check_folder(str(ROOT))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=f"cd {ROOT}, and leave out --directory"):
        check_folder(str(ROOT))
