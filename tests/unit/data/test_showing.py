import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from cbal.data.showing import Showing
from cbal.errors import InputError


@pytest.fixture
def folder(tmp_path):
    Image.new("RGB", (30, 20), "red").save(tmp_path / "a.png")
    (tmp_path / "b.txt").write_bytes("\ufeff\n <b>Grüße</b>\nline two ".encode())
    (tmp_path / "c.txt").write_bytes(b"\xff\xfe caf\xe9")
    (tmp_path / "d.txt").write_text("  \n")
    (tmp_path / "e.wav").write_bytes(b"sound")
    return tmp_path


def showing(folder, *files):
    index = {"source": [f"id-{i}" for i in range(len(files))], "file": pa.array(files, pa.string())}
    return Showing(pa.table(index), folder)


def test_images_show_themselves():
    shown = Showing(pa.table({"source": ["x.png", "plain/0"]}))
    assert shown.pictures == shown.names == ["x.png", "plain/0"]
    assert shown.words(1) is None
    assert shown.noun == "image"


def test_a_picture_a_text_or_the_name(folder):
    files = ["a.png", "b.txt", "c.txt", "d.txt", "e.wav", None, "gone.txt"]
    shown = showing(folder, *files)
    assert shown.pictures == ["a.png"] + [None] * 6
    assert shown.words(0) is None
    assert shown.words(1) == "<b>Grüße</b>\nline two"
    assert shown.words(1, 5) == "<b>Gr"
    assert shown.words(2).endswith("caf\ufffd")
    assert [shown.words(i) for i in (3, 4, 5, 6)] == ["id-3", "id-4", "id-5", "id-6"]
    assert shown.noun == "sample"


def test_a_figure_gets_pictures_or_words(folder):
    shown = showing(folder, "a.png", "b.txt", "a.png")
    pictures = shown[np.array([2, 0])]
    assert (pictures.shape, pictures.dtype) == ((2, 96, 96, 3), np.uint8)
    assert pictures[0, 0, 0].tolist() == [255, 0, 0]
    assert shown[np.array([0, 1])] == ["id-0", "<b>Grüße</b>\nline two"]
    (folder / "a.png").unlink()
    with pytest.raises(InputError, match="a.png"):
        shown[np.array([0])]
