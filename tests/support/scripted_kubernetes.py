"""A Kubernetes API over HTTP that answers what the test wrote down, one answer after the other."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from tests.support.resources import Document

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def listed(*items: Document, version: str = "10", more: str = "") -> Answer:
    """A list; ``more`` is the token with which it goes on."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"metadata": {"resourceVersion": version, "continue": more}, "items": list(items)})

    return answer


def said(*events: Document, ends: bool = False, rest: bytes = b"") -> Answer:
    """A watch with these events, which then goes on in silence, or ends."""

    async def answer(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        for event in events:
            await stream.write(json.dumps(event).encode() + b"\n")
        await stream.write(rest)
        if not ends:
            await asyncio.Event().wait()
        return stream

    return answer


def refuses(status: int, message: str = "no", **headers: str) -> Answer:
    """Kubernetes' way to say no."""

    async def answer(_: web.Request) -> web.Response:
        body = {"kind": "Status", "message": message, "code": status}
        return web.json_response(body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


def writes(body: bytes) -> Answer:
    """Status 200 and these bytes."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return answer


def event(kind: str, item: Document) -> Document:
    """One event of a watch."""
    return {"type": kind, "object": item}


def thing(name: str, version: str, namespace: str = "team", **members: object) -> Document:
    """The smallest object."""
    metadata = {"name": name, "namespace": namespace, "uid": f"uid-{name}", "resourceVersion": version}
    return {"metadata": metadata, **members}


@dataclass(slots=True)
class ScriptedKubernetes:
    """``answers`` are given in order, the last one again and again; ``asked`` is what was asked for."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[web.Request] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Give the next answer."""
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)

    def kubeconfig(self, folder: Path, token: str = "token-of-the-router", authority: Path | None = None) -> Path:
        """A kubeconfig that leads here; ``authority`` is whom it trusts."""
        trusted = {} if authority is None else {"certificate-authority": str(authority)}
        path = folder / "kubeconfig"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": {"server": self.url, **trusted}}],
            "users": [{"name": "test", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }
        path.write_text(json.dumps(config), encoding="utf-8")
        return path


@asynccontextmanager
async def scripted_kubernetes(*answers: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedKubernetes]:
    """Serve until the block ends."""
    script = ScriptedKubernetes(list(answers))
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", script.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    host, port = runner.addresses[0][:2]
    script.url = f"{'http' if tls is None else 'https'}://{host}:{port}"
    try:
        yield script
    finally:
        await runner.cleanup()
