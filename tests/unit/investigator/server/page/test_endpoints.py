"""The page's files."""

import re

import pytest

from sealane_investigator.server.page.endpoints import page_endpoints
from tests.support.served_investigator import served


async def test_the_page_is_served_to_anybody_and_holds_nothing_secret() -> None:
    """Its script asks for a token."""
    async with served(page_endpoints()) as client:
        page = await client.get("/", token=None)

        assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert 'src="page.js"' in page.body


@pytest.mark.parametrize("path", ["/", "/page.js", "/page.css"])
async def test_a_browser_is_kept_from_anything_else(path: str) -> None:
    """No inline script, no other host, no frame around it."""
    async with served(page_endpoints()) as client:
        answer = await client.get(path, token=None)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.findall(r"(?:https?:)?//[a-z]+\.[a-z]+", answer.body.replace("http://www.w3.org/2000/svg", "")) == []


async def test_the_page_needs_nothing_that_its_policy_forbids() -> None:
    """No inline script, style or handler in the HTML; no way for text to become HTML in the script."""
    async with served(page_endpoints()) as client:
        page = (await client.get("/", token=None)).body
        script = (await client.get("/page.js", token=None)).body

    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page) is None
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        ".style",
    ):
        assert forbidden not in script, forbidden
