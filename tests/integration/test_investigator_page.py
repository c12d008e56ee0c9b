"""The page in a real browser, in front of a real investigator."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.browser import Browser, browser
from tests.support.investigator_process import TOKEN, InvestigatorProcess

_MARKUP = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
_ROWS = "document.querySelectorAll('#rows > li').length"
_LIVE = "document.getElementById('live').innerText"
_PAGE = "document.getElementById('one').innerText"


@asynccontextmanager
async def _page(folder: Path, behind: str = "") -> AsyncIterator[tuple[Browser, InvestigatorProcess]]:
    """An investigator with SQLite, and the page that a person with its token opened."""
    investigator = InvestigatorProcess(folder, "page", f"sqlite:///{folder / 'incidents.db'}")
    await investigator.start()
    try:
        async with browser(folder) as page:
            await page.look(1440, 900)
            await page.open(f"{investigator.url}/#token={TOKEN}{behind}")
            await page.wait(f"{_LIVE} === 'Live'")
            yield page, investigator
    finally:
        await investigator.stop()


async def _report(investigator: InvestigatorProcess, number: int, **said: Any) -> None:
    event = {
        "id": f"e-{number}",
        "reporter": "r",
        "epoch": "1",
        "sequence": number,
        "occurred_at": time.time(),
        "route": "team/chat",
        "revision": 3,
        "provider": "moonshot",
        "base_url_host": "api.moonshot.ai",
        "model": "kimi-k2.6",
        "status": 401,
        "message": "Invalid Authentication",
    }
    batch = {"reporter": "r", "epoch": "1", "events": [event | said], "dropped": 0}
    status, answer = await investigator.ask("POST", "/v1/errors", json=batch)
    assert status == 202, answer


async def test_errors_appear_by_themselves_and_none_of_their_texts_becomes_markup(tmp_path: Path) -> None:
    """Nor does anything that people write; the page fits a phone, in the dark too."""
    async with _page(tmp_path) as (page, investigator):
        await page.wait("document.getElementById('empty').innerText.includes('No error has arrived yet')")
        assert TOKEN not in await page.value("location.href")

        names = dict.fromkeys(("exception", "code", "model", "tenant", "provider"), _MARKUP)
        await _report(investigator, 1, **names, message=f"{_MARKUP} Invalid Authentication", route=f"team/{_MARKUP}")
        await page.wait(f"{_ROWS} === 1")
        await page.key("j")
        await page.key("Enter")
        await page.wait(f"{_PAGE}.includes('auth invalid key') && document.querySelector('.remark textarea')")
        await page.value("document.querySelector('.remark textarea').focus()")
        await page.type(_MARKUP)
        await page.click("Comment")
        quoted = "[...document.querySelectorAll('blockquote')].map((each) => each.innerText)"
        await page.wait(f"{quoted}.includes({json.dumps(_MARKUP)})")
        await page.click("Assign…")
        await page.wait("document.querySelector('dialog[open]')")
        await page.value("document.querySelector('dialog input').value = ''")
        await page.type(_MARKUP)
        await page.key("Enter")
        await page.wait(f"document.querySelector('.figures').innerText.includes({json.dumps(_MARKUP[:20])})")

        assert await page.value("window.hacked") is None
        assert (
            await page.value("document.querySelectorAll('main :is(img, script), #toasts :is(img, script)').length") == 0
        )
        for width, scheme in ((360, "dark"), (1440, "light")):
            await page.look(width, 800, scheme)
            assert await page.value("document.documentElement.scrollWidth") <= width
            assert await page.value("document.getElementById('one').scrollWidth") <= width
        assert page.complaints == []


async def test_what_is_done_by_keyboard_is_told_and_undone(tmp_path: Path) -> None:
    """Filters are in the address, so a link shows the same list."""
    async with _page(tmp_path) as (page, investigator):
        await _report(investigator, 1)
        await _report(investigator, 2, message="The model `kimi-k9` does not exist", status=404, provider="zai")
        await page.wait(f"{_ROWS} === 2")
        for key in ("j", "x", "j", "x", "e"):
            await page.key(key)
        await page.wait("document.getElementById('toasts').innerText.includes('Resolved 2 incidents.')")
        await page.wait(f"{_ROWS} === 0")
        assert {each["state"] for each in await investigator.incidents()} == {"resolved"}

        await page.key("z")
        await page.wait("document.getElementById('toasts').innerText.includes('Undone.')")
        assert {each["state"] for each in await investigator.incidents()} == {"open"}

        await page.key("/")
        await page.type("kimi-k9")
        await page.wait(f"location.hash === '#text=kimi-k9' && {_ROWS} <= 1")
        await page.open(f"{investigator.url}/#state=all&provider=zai")
        await page.wait(f"{_ROWS} === 1 && document.querySelector('[name=provider]').value === 'zai'")
        assert page.complaints == []


async def test_a_page_that_lost_the_stream_says_so_and_goes_on_from_its_last_number(tmp_path: Path) -> None:
    """What happened meanwhile is there when it says that it is live again."""
    async with _page(tmp_path) as (page, investigator):
        await _report(investigator, 1)
        await page.wait(f"{_ROWS} === 1")
        await investigator.killed()
        await page.wait(f"{_LIVE}.startsWith('Stale since')")
        await investigator.start()
        await _report(investigator, 2)
        await _report(investigator, 3, message="The engine is currently overloaded", status=503)
        await page.value("document.querySelector('#live button')?.click()")
        await page.wait(f"{_LIVE} === 'Live' && {_ROWS} === 2")
        await page.wait("[...document.querySelectorAll('#rows .number')].some((each) => each.innerText === '2')")
        assert page.complaints == []


async def test_a_token_that_is_not_known_is_asked_for_again_in_words(tmp_path: Path) -> None:
    """And nothing is shown."""
    async with _page(tmp_path) as (page, investigator):
        await page.open(f"{investigator.url}/#token=other")
        await page.wait("document.getElementById('entry-why').innerText.includes('not in the token file')")

        assert await page.value("document.getElementById('main').hidden")
        assert page.complaints == []
