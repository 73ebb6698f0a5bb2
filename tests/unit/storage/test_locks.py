from cbal.storage.locks import is_held, lock


def test_a_file_is_locked_until_it_is_closed(tmp_path):
    path = tmp_path / "lock"
    with path.open("a") as file, path.open("a") as other:
        assert lock(file) and is_held(path)
        assert not lock(other)
    assert not is_held(path)


def test_a_file_that_is_not_there_is_not_held(tmp_path):
    assert not is_held(tmp_path / "lock")
