"""Every link within the documents leads somewhere: the file is there, and so is the heading."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [path for path in ROOT.rglob("*.md")
         if not {"build", "node_modules"} & set(path.relative_to(ROOT).parts[:-1])]
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")


def prose_of(page):
    """The text without code."""
    return re.sub(r"`[^`\n]*`", "``", FENCED.sub("", page.read_text()))


def anchors_of(page):
    """What headings can be linked by; one that comes again gets a number."""
    anchors = set()
    for heading in re.findall(r"^#+ (.*)$", FENCED.sub("", page.read_text()), re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        number = 0
        while (f"{slug}-{number}" if number else slug) in anchors:
            number += 1
        anchors.add(f"{slug}-{number}" if number else slug)
    return anchors


def problem_of(page, target):
    """What is wrong with a link; None: nothing."""
    if re.match(r"\w+:", target):
        return None
    name, _, anchor = target.partition("#")
    file = (page.parent / name).resolve() if name else page
    if not file.exists():
        return f"{target}: no such file"
    if anchor and file.suffix == ".md" and anchor not in anchors_of(file):
        return f"{target}: no such heading"
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    problems = [problem_of(page, target) for target in LINK.findall(prose_of(page))]
    assert not list(filter(None, problems))


def test_a_broken_link_is_seen():
    page = ROOT / "docs" / "README.md"
    assert problem_of(page, "nowhere.md") is not None
    assert problem_of(page, "api.md#nowhere") is not None
    assert problem_of(page, "api.md#storeput") is None
