"""The pages lead where they say."""

import re
from pathlib import Path

import pytest

from tests.architecture.house import markdown, shown

#: Brackets in code are code.
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made the way GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", markdown(), ids=shown)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    """Every relative link names a file of the repository, and every anchor a heading in it."""
    lost = []
    for target, anchor in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            lost.append(f"{target}#{anchor}" if anchor else target)

    assert lost == [], "\n".join(lost)
