"""``sealane up`` explains errors as a cluster does, and advises only: there is nothing to roll back but a file."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sealane_cli.stub.server import StubProvider
from tests.support.routes import KEYS, two_providers
from tests.support.sealane_process import SealaneProcess, sealane_up
from tests.support.this_machine import this_machine
from tests.support.waiting import until

_PAGE = re.compile(r"(http://127\.0\.0\.1:\d+)/#token=([\w-]+)")


@pytest.fixture
async def moonshot() -> AsyncIterator[StubProvider]:
    """A provider that takes the key of the environment."""
    keys = frozenset({KEYS["MOONSHOT_API_KEY"]})
    async with StubProvider("moonshot", host=this_machine().address, accepted_keys=keys) as stub:
        yield stub


def _url(stub: StubProvider) -> str:
    return this_machine().url(stub.base_url)


def _write(folder: Path, url: str) -> Path:
    return two_providers(folder, url, "https://api.z.ai/api/paas/v4", fallback="")


async def _status(running: SealaneProcess, model: str = "kimi-k3") -> int:
    async with httpx.AsyncClient(base_url=f"http://{running.host}:{running.port}") as client:
        body = {"model": model, "messages": []}
        return (await client.post("/v1/chat/completions", json=body, timeout=30)).status_code


class _Reader:
    """Somebody at the page that ``sealane up`` prints."""

    def __init__(self, page: str) -> None:
        found = _PAGE.search(page)
        assert found is not None, page
        self._base, self._token = found[1], found[2]

    async def diagnosed(self, cause: str | None) -> dict[str, Any]:
        """The incident of that cause, or without one, once it has a recommendation."""
        headers = {"Authorization": f"Bearer {self._token}"}
        async with httpx.AsyncClient(base_url=self._base, headers=headers) as client:
            while True:
                try:
                    answer = await client.get("/v1/incidents", timeout=10)
                except httpx.TransportError:
                    continue  # it begins after the router
                for incident in answer.json().get("incidents", []):
                    found: dict[str, Any] = incident
                    if found["recommendation"] is not None and found["diagnosis"]["cause"] == cause:
                        return found


async def test_a_wrong_base_url_in_a_file_is_named_with_the_line_to_write(
    tmp_path: Path, moonshot: StubProvider
) -> None:
    """The router shows its table, and what changed between two looks is to blame."""
    routes = _write(tmp_path, _url(moonshot))
    environ = {**KEYS, "SEALANE_ALLOWED_NETWORKS": this_machine().allowed}
    arguments = ["-f", str(routes), "--investigator", "127.0.0.1:0"]
    async with sealane_up(tmp_path, arguments, environ) as running:
        assert await _status(running) == 200
        await until(lambda: _PAGE.search(running.err + running.out) is not None)
        reader = _Reader(running.err + running.out)
        # A first error, so that the investigator has looked at the good table.
        assert await _status(running, "kimi-k3+status=500") >= 500
        await reader.diagnosed(None)
        _write(tmp_path, f"{_url(moonshot)}/wrong")
        while await _status(running) == 200:
            pass
        incident = await reader.diagnosed("bad_base_url")

    advice = incident["recommendation"]
    assert "providers[moonshot].baseURL" in incident["diagnosis"]["cause_why"]
    assert advice["rollback"] is None
    assert advice["change"] == {
        "kind": "patch",
        "text": f'# spec.providers[moonshot]\nbaseURL: "{_url(moonshot)}"\n',
    }
