"""A peer: the gateway one writes in an afternoon, with aiohttp on both ends and nothing but the look at the model."""

import json
import sys
from collections.abc import AsyncIterator

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

try:
    import uvloop
except ImportError:
    uvloop = None  # type: ignore[assignment]

_SESSION: web.AppKey[ClientSession] = web.AppKey("session", ClientSession)


async def _proxy(request: web.Request) -> web.StreamResponse:
    body = await request.read()
    model = json.loads(body)["model"]
    if not model.startswith("kimi-"):
        return web.json_response({"error": "unknown model"}, status=404)
    url = f"http://127.0.0.1:{sys.argv[2]}/v1/chat/completions"
    async with request.app[_SESSION].post(url, data=body, headers={"content-type": "application/json"}) as answer:
        if answer.content_type != "text/event-stream":
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)
        stream = web.StreamResponse(status=answer.status, headers={"content-type": "text/event-stream"})
        await stream.prepare(request)
        async for chunk in answer.content.iter_any():
            await stream.write(chunk)
        await stream.write_eof()
        return stream


async def _session(application: web.Application) -> AsyncIterator[None]:
    async with ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None)) as session:
        application[_SESSION] = session
        yield


def main() -> None:
    """Serve on the first argument's port, in front of the second's."""
    if uvloop is not None:
        uvloop.install()
    application = web.Application(client_max_size=32 << 20)
    application.cleanup_ctx.append(_session)
    application.router.add_post("/v1/chat/completions", _proxy)
    web.run_app(application, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
