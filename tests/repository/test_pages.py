"""Pages of documentation: links exist, lists are complete, and the picture matches the rules."""

import re
from pathlib import Path

import pytest

from tests.project import checkout

ROOT = Path(__file__).parents[2]
DOCS = sorted(ROOT.glob("docs/*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]
CODE = re.compile(r"^```.*?^```", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def heading_anchors(page):
    """Anchors of a page's headings, as they are made on GitHub."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading_that_exist(page):
    for link in LINK.findall(CODE.sub("", page.read_text())):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            assert anchor in heading_anchors(target), f"{page.name}: {link}"


def test_the_index_lists_every_page():
    index = ROOT / "docs" / "index.md"
    listed = set(LINK.findall(index.read_text()))
    assert {page.name for page in DOCS} - {"index.md"} <= listed


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 180


def arrows(mermaid):
    """Pairs of names that arrows join; annotate_1 and annotate_2 are one rule."""
    found = set()
    for line in mermaid.splitlines():
        names = [name.strip() for name in re.split(r"-->|-- .* -->", line)]
        if len(names) > 1:
            names = [re.sub(r"_\d$", "", name) for name in names]
            found |= set(zip(names, names[1:]))
    return found


def test_the_picture_of_a_round_is_what_the_rules_do(tmp_path):
    project = checkout(tmp_path / "project")
    target = "results/digits/uncertain+cluster/seed-0/round-2/metrics.parquet"
    drawn = project.snakemake("-n", "--rulegraph", "dot", "--", target)
    assert drawn.returncode == 0, drawn.stderr
    rules = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)"', drawn.stdout, re.M))
    edges = re.findall(r"^\s*(\d+) -> (\d+)", drawn.stdout, re.M)
    picture = re.search(r"```mermaid\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    shown = arrows(picture)
    assert ("train", "extract_features") in shown
    assert shown <= {(rules[before], rules[after]) for before, after in edges}
