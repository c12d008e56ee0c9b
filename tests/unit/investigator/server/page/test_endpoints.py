"""The page's files."""

import re
from pathlib import Path

import pytest

from sealane_investigator.server.page import endpoints
from sealane_investigator.server.page.endpoints import page_endpoints
from tests.support.served_investigator import served

_FILES = sorted(path for path in Path(endpoints.__file__).with_name("files").rglob("*") if path.is_file())
_SCRIPTS = [path for path in _FILES if path.suffix == ".js"]
_PATHS = ["/", *(f"/page/{path.name}" for path in _FILES)]


async def test_the_page_is_served_to_anybody_and_holds_nothing_secret() -> None:
    """Its script asks for a token."""
    async with served(page_endpoints()) as client:
        page = await client.get("/", token=None)

        assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert 'src="page/main.js"' in page.body


@pytest.mark.parametrize("path", _PATHS)
async def test_a_browser_is_kept_from_anything_else(path: str) -> None:
    """No inline script, no other host, no frame around it, no text that becomes a script."""
    async with served(page_endpoints()) as client:
        answer = await client.get(path, token=None)

    policy = answer.headers["Content-Security-Policy"]
    assert answer.status == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    ours = answer.body.replace("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1:8080", "")
    assert re.findall(r"(?:https?:)?//[a-z0-9]+\.[a-z0-9]+", ours) == []


async def test_all_that_the_page_loads_is_there_with_its_type() -> None:
    """Styles, scripts, the scripts that scripts import, and the icon."""
    types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    async with served(page_endpoints()) as client:
        page = (await client.get("/", token=None)).body
        wanted = set(re.findall(r'(?:src|href)="page/([^"]+)"', page))
        for script in _SCRIPTS:
            wanted |= set(re.findall(r'from "\./([^"]+)"', script.read_text(encoding="utf-8")))
        for name in sorted(wanted):
            answer = await client.get(f"/page/{name}", token=None)
            assert answer.status == 200, name
            assert answer.headers["Content-Type"] == f"{types[Path(name).suffix]}; charset=utf-8"

    assert wanted == {path.name for path in _FILES} - {"index.html"}


@pytest.mark.parametrize("name", ["nothing.js", "endpoints.py", "..%2fendpoints.py"])
async def test_there_is_no_other_file(name: str) -> None:
    """Only what was read at the start, by its own name."""
    async with served(page_endpoints()) as client:
        answer = await client.get(f"/page/{name}", token=None)

    assert answer.status == 404


async def test_a_browser_that_has_a_file_is_told_so_in_a_few_bytes() -> None:
    """It asks each time, so a new release is seen at once."""
    async with served(page_endpoints()) as client:
        url = f"{client.base}/page/main.js"
        async with client.session.get(url) as first:
            tag = first.headers["ETag"]
        async with client.session.get(url, headers={"If-None-Match": tag}) as again:
            assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)
        async with client.session.get(url, headers={"If-None-Match": '"other"'}) as other:
            assert other.status == 200

    assert first.headers["Cache-Control"] == "no-cache"


async def test_the_page_needs_nothing_that_its_policy_forbids() -> None:
    """No inline script, style or handler in the HTML."""
    async with served(page_endpoints()) as client:
        page = (await client.get("/", token=None)).body

    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page) is None


@pytest.mark.parametrize("script", _SCRIPTS, ids=lambda path: path.name)
def test_no_script_can_turn_a_text_into_markup(script: Path) -> None:
    """Errors are worded by whoever causes them."""
    text = script.read_text(encoding="utf-8")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        ".style",
        "srcdoc",
        "createContextualFragment",
    ):
        assert forbidden not in text, forbidden


def test_the_files_are_of_a_size_that_somebody_reads() -> None:
    """As the rest of the house."""
    for path in _FILES:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 350, path.name
