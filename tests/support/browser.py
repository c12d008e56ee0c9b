"""A real Chromium without a window, driven by its DevTools protocol, and what it complains about."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.waiting import until

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    "--remote-debugging-port=0",
)
_SPECIAL = {"Escape": 27, "Enter": 13}


class ProtocolError(Exception):
    """The browser refused a command."""


class Browser:
    """One page of it. ``complaints`` are scripts that failed and what the page's policy refused."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self.complaints: list[str] = []

    async def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command of the protocol; returns its result. Raises ProtocolError."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            told = await self._socket.receive_json()
            if told.get("id") == self._number:
                if "error" in told:
                    raise ProtocolError(str(told["error"]))
                result: dict[str, Any] = told["result"]
                return result
            self._complain(told)

    def _complain(self, told: dict[str, Any]) -> None:
        if told.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["params"]["exceptionDetails"]))
        elif told.get("method") == "Log.entryAdded" and told["params"]["entry"]["source"] != "network":
            self.complaints.append(told["params"]["entry"]["text"])

    async def open(self, url: str) -> None:
        """Leave for a page."""
        await self.command("Page.navigate", url="about:blank")
        await self.command("Page.navigate", url=url)

    async def look(self, width: int, height: int, scheme: str = "light") -> None:
        """Have a window of this size, in light or dark."""
        await self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        await self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def value(self, expression: str) -> Any:
        """Return what a script gives."""
        told = await self.command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def wait(self, expression: str) -> None:
        """Return once a script gives something true; the test's own time limit ends a wait in vain."""
        # Between two pages there is nothing to look at, and no world to look in.
        attempt = f"(() => {{ try {{ return Boolean({expression}) }} catch {{ return false }} }})()"
        while True:
            with suppress(ProtocolError):
                if await self.value(attempt):
                    return
            await asyncio.sleep(0.05)

    async def click(self, text: str) -> None:
        """Press the button with this text, once it is there."""
        found = f"[...document.querySelectorAll('button')].find((each) => each.innerText.trim() === {json.dumps(text)})"
        await self.wait(found)
        await self.value(f"{found}.click()")

    async def key(self, key: str) -> None:
        """Press a key."""
        more: dict[str, Any] = {"text": "\r" if key == "Enter" else key} if key != "Escape" else {}
        if key in _SPECIAL:
            more["windowsVirtualKeyCode"] = _SPECIAL[key]
        await self.command("Input.dispatchKeyEvent", type="keyDown", key=key, **more)
        await self.command("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def type(self, text: str) -> None:
        """Write into what has the focus."""
        await self.command("Input.insertText", text=text)


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Browser]:
    """A Chromium until the block ends; without one the test is left out."""
    program = next((found for name in _NAMES if (found := shutil.which(name)) is not None), None)
    if program is None:
        pytest.skip("Chromium is missing: 'make chromium' gets it.")
    profile = folder / "profile"
    process = await asyncio.create_subprocess_exec(
        *(program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told = profile / "DevToolsActivePort"
        await until(lambda: told.exists() and len(told.read_text(encoding="utf-8").splitlines()) == 2)
        port = told.read_text(encoding="utf-8").splitlines()[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [each for each in await answer.json() if each["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Browser(socket)
                for each in ("Runtime.enable", "Log.enable", "Page.enable"):
                    await page.command(each)
                yield page
    finally:
        process.terminate()
        await process.wait()
