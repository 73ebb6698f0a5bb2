"""The images of a folder, and what is left out."""

import os
import zipfile

import pytest
from PIL import Image

from cbal.data import files_found
from cbal.data.decoding import endings
from cbal.data.files_found import in_archive, in_folder, lines
from tests.unit.data.pictures import encoded

PNG = encoded(Image.new("RGB", (4, 4)))


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a" / "1.png").write_bytes(PNG)
    return root


def test_images_are_in_natural_order(root):
    for name in ("a/10.png", "a/2.png", "B.PNG"):
        (root / name).write_bytes(PNG)
    assert in_folder(root).images == ["B.PNG", "a/1.png", "a/2.png", "a/10.png"]
    assert in_folder(root).folders == ["a"]


@pytest.mark.parametrize("ending", sorted(endings()))
def test_what_pillow_opens_is_an_image(root, ending):
    (root / f"x{ending.upper()}").touch()
    assert f"x{ending.upper()}" in in_folder(root).images


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        (".DS_Store", b"", "hidden"),
        (".trash/x.png", PNG, "hidden"),
        ("__MACOSX/x.png", PNG, "hidden"),
        ("notes.txt", b"", ".txt files"),
        ("README", b"text", "no ending, and not an image"),
        ("scan.2020", b"text", "no ending, and not an image"),
        ("x.heic", b"", ".heic files"),
        ("x.eps", b"", ".eps files"),
    ],
)
def test_everything_else_is_counted_and_named(root, name, data, reason):
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_bytes(data)
    found = in_folder(root)
    assert found.images == ["a/1.png"]
    left = name if reason != "hidden" else name.split("/")[0]
    assert found.left_out == {reason: [left]}
    (line,) = lines(found.left_out)
    assert line.startswith(f"left out: 1 ({reason}")
    assert line.endswith(f": {left}")


@pytest.mark.parametrize(
    ("ending", "advice"), [(".heic", "install pillow-heif"), (".eps", "export them as PNG")]
)
def test_the_line_says_what_to_do(ending, advice):
    (line,) = lines({f"{ending} files": ["a", "b"]})
    assert "left out: 2" in line
    assert advice in line


def test_long_lists_are_cut_but_counted():
    (line,) = lines({"hidden": [str(i) for i in range(1000)]})
    assert line.startswith("left out: 1000 (hidden): 0, 1, ")
    assert line.endswith(", 19 and 980 more")


@pytest.mark.parametrize("name", ["IMG_1", "scan.2020"])
def test_an_image_without_an_ending_is_one(root, name):
    (root / name).write_bytes(PNG)
    assert name in in_folder(root).images


class TestLinks:
    def test_links_to_folders_and_files_are_followed(self, root, tmp_path):
        (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
        (tmp_path / "elsewhere" / "deep" / "2.png").write_bytes(PNG)
        (root / "b").symlink_to(tmp_path / "elsewhere")
        (root / "c.png").symlink_to(tmp_path / "elsewhere" / "deep" / "2.png")
        found = in_folder(root)
        assert found.images == ["a/1.png", "b/deep/2.png", "c.png"]
        assert found.folders == ["a", "b", "b/deep"]
        assert not found.left_out

    @pytest.mark.parametrize("target", [".", "..", "../a", "../b"])
    def test_loops_are_cut_and_named(self, root, target):
        (root / "b").mkdir()
        (root / "b" / "2.png").write_bytes(PNG)
        (root / "a" / "loop").symlink_to(target)
        (root / "b" / "loop").symlink_to("../a")
        found = in_folder(root)
        assert "a/1.png" in found.images
        assert found.left_out[files_found.LOOP]
        assert len(found.images) < 10

    @pytest.mark.parametrize("target", ["nowhere", "x.png"])
    def test_broken_ones_are_named(self, root, target):
        (root / "x.png").symlink_to(target)
        assert in_folder(root).left_out == {"a broken link": ["x.png"]}

    def test_what_is_no_file_is_not_opened(self, root):
        os.mkfifo(root / "x.png")
        assert in_folder(root).left_out == {"neither file nor folder": ["x.png"]}


def test_an_archive_is_read_as_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.mkdir("b")
        for name, data in {
            "a/10.png": PNG,
            "a/2.png": PNG,
            "a/IMG": PNG,
            "a/text": b"text",
            "a/notes.txt": b"",
            "__MACOSX/a/2.png": PNG,
        }.items():
            archive.writestr(name, data)
        found = in_archive(archive.namelist(), archive.read)
    assert found.images == ["a/2.png", "a/10.png", "a/IMG"]
    assert found.folders == ["b"]
    assert {why: len(names) for why, names in found.left_out.items()} == {
        "no ending, and not an image": 1,
        ".txt files": 1,
        "hidden": 1,
    }
