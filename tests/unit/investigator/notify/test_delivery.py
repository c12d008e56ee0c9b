"""Posting a message, and whether it arrived."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from sealane_investigator.interfaces import ChangeOf, Notice
from sealane_investigator.notify.delivery import SlackChannel, WebhookChannel, signature
from sealane_investigator.notify.messages import webhook_body
from tests.unit.investigator.notify.test_messages import INCIDENT

_NOTICE = Notice(id=5, kind=ChangeOf.NEW, incident=INCIDENT, attempts=1, fence=1, created_at=9.0)


class _Receiver:
    """Answers with a status and keeps what it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.posted: list[tuple[str, dict[str, str], bytes]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.posted.append((request.path, dict(request.headers), await request.read()))
        headers = {"Location": "/elsewhere"} if self.status == 307 else {}
        return web.Response(status=self.status, headers=headers)


@asynccontextmanager
async def _receiver() -> AsyncIterator[_Receiver]:
    receiver = _Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_a_webhook_is_signed(tmp_path: Path) -> None:
    """Over its time and its body, with the secret of a file, so that it can be rotated."""
    secret = tmp_path / "secret"
    secret.write_text("first\n", encoding="utf-8")
    async with _receiver() as receiver:
        channel = WebhookChannel(receiver.url, secret, lambda _: None, now=lambda: 1_700_000_000.5)
        assert await channel.deliver(_NOTICE)
        secret.write_text("second", encoding="utf-8")
        assert await channel.deliver(_NOTICE)
        await channel.close()

    body = webhook_body(_NOTICE, None)
    for (path, headers, posted), key in zip(receiver.posted, (b"first", b"second"), strict=True):
        digest = hmac.new(key, b"1700000000." + body, hashlib.sha256).hexdigest()
        assert (path, posted) == ("/hook", body)
        assert headers["x-sealane-signature"] == f"t=1700000000,v1={digest}"
    assert signature(b"first", 1_700_000_000, body) == receiver.posted[0][1]["x-sealane-signature"]


async def test_without_its_secret_nothing_is_sent(tmp_path: Path) -> None:
    """An unsigned message would teach a receiver to take one."""
    async with _receiver() as receiver:
        channel = WebhookChannel(receiver.url, tmp_path / "missing", lambda _: None)
        assert not await channel.deliver(_NOTICE)
        await channel.close()
        assert receiver.posted == []


async def test_what_is_not_taken_did_not_arrive() -> None:
    """Neither an error nor a redirect, which is not followed."""
    async with _receiver() as receiver:
        channel = WebhookChannel(receiver.url, None, lambda _: None)
        for status in (500, 429, 307, 204):
            receiver.status = status
            assert await channel.deliver(_NOTICE) == (status == 204)
        await channel.close()
        assert {path for path, _, _ in receiver.posted} == {"/hook"}


async def test_an_address_that_nobody_serves_is_no_error() -> None:
    """It is tried again later."""
    channel = WebhookChannel("http://127.0.0.1:1/hook", None, lambda _: None)

    assert not await channel.deliver(_NOTICE)
    await channel.close()


async def test_slacks_address_is_read_from_its_file(tmp_path: Path) -> None:
    """It is a secret, and may be rotated."""
    async with _receiver() as receiver:
        file = tmp_path / "slack"
        file.write_text(f"{receiver.url}\n", encoding="utf-8")
        channel = SlackChannel(file, lambda number: f"https://s.test/#incident={number}")
        assert await channel.deliver(_NOTICE)
        file.unlink()
        assert not await channel.deliver(_NOTICE)
        await channel.close()

    assert b"#incident=7" in receiver.posted[0][2]
