import pytest

from cbal.results import markdown


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("<b>bold</b>", "\\<b>bold\\</b>"),
        ("a | b", "a \\| b"),
        ("$5 to $6", "\\$5 to \\$6"),
        ("two\nlines\t", "two lines"),
        ("![x](y) `z` &lt; \\", "!\\[x\\](y) \\`z\\` \\&lt; \\\\"),
        ("*a* _b_ ~~c~~ __d__", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\__d_\\_"),
        ("C#", "C\\#"),
        ("CIFAR-10, 5,000 images (uncertain+cluster, batch_size 32) é 日本", None),
    ],
)
def test_a_user_s_text_is_shown_as_it_is(title, written):
    assert markdown.escaped(title) == (title if written is None else written)


def test_titles_heads_and_cells_are_all_escaped():
    text = markdown.sections({"<i>": markdown.table(["a|b"], [["c|d"], [1]], [])})
    assert text == "## \\<i>\n\n| a\\|b |\n| ---: |\n| c\\|d |\n| 1 |\n"
