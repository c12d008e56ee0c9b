"""A :class:`ScriptedApi` behind a real socket, and a kubeconfig that leads there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from sealane_kube.errors import KubeError
from tests.support.scripted_api import NAMESPACE, ScriptedApi

_STATUS = 500


@asynccontextmanager
async def served(api: ScriptedApi, kubeconfig: Path) -> AsyncIterator[None]:
    """Serve it on loopback until the block ends; ``kubeconfig`` is written first."""

    async def answer(request: web.Request) -> web.StreamResponse:
        text = await request.text()
        body = json.loads(text) if text else None
        if request.query.get("watch"):
            return await _watched(api, request)
        try:
            found = await api.call(
                request.method, request.path, body, query=dict(request.query), headers=dict(request.headers)
            )
        except KubeError as error:
            return web.json_response({"kind": "Status", "message": str(error)}, status=error.status or _STATUS)
        return web.json_response(found)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        _write(kubeconfig, runner.addresses[0][1])
        yield
    finally:
        await runner.cleanup()


async def _watched(api: ScriptedApi, request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    async for event in api.watch(request.path, query=dict(request.query), seconds=1):
        line = json.dumps(event).encode()
        await response.write(line[:10])  # an event comes in pieces, as it may
        await response.write(line[10:] + b"\n")
    return response


def _write(kubeconfig: Path, port: int) -> None:
    context = {"cluster": "played", "user": "jane", "namespace": NAMESPACE}
    document = {
        "clusters": [{"name": "played", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "jane", "user": {"token": "janes-token"}}],
        "contexts": [{"name": "played", "context": context}],
        "current-context": "played",
    }
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(json.dumps(document), encoding="utf-8")
