"""A router without traffic: it holds at once what every route's status points at, and says so when it is polled.

It follows the API as routers do, by a list and a watch, and counts nothing.
"""

import asyncio
import dataclasses
import json
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sealane_api.report import ArmReport, RouteReport, RouterReport
from tests.support.api_kube import connect
from tests.support.resources import Document

_ROUTES = "/apis/sealane.dev/v1alpha1/providerroutes"
_PAGE = "500"


class ObedientRouter:
    """``async with`` it; ``address`` is its admin port, ``polls`` what the operator sent, newest last."""

    def __init__(self, kubeconfig: Path) -> None:
        self._kubeconfig = kubeconfig
        self._stack = AsyncExitStack()
        self._routes: dict[str, Document] = {}
        self.polls: list[Document] = []
        self.address = ""

    async def __aenter__(self) -> Self:
        self._connection = await connect(self._kubeconfig)
        self._stack.push_async_callback(self._connection.close)
        version = await self._list()
        following = asyncio.get_running_loop().create_task(self._follow(version))
        self._stack.push_async_callback(_cancelled, following)
        application = web.Application(client_max_size=1 << 20)
        application.add_routes([web.post("/-/report", self._report)])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = "{}:{}".format(*runner.addresses[0][:2])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _list(self) -> str:
        more = ""
        while True:
            page = await self._connection.call("GET", _ROUTES, query={"limit": _PAGE, "continue": more})
            for item in page["items"]:
                self._take("ADDED", item)
            more = page["metadata"].get("continue", "")
            if not more:
                return str(page["metadata"]["resourceVersion"])

    async def _follow(self, version: str) -> None:
        while True:
            watch = self._connection.watch(_ROUTES, query={"resourceVersion": version}, seconds=60)
            async with aclosing(watch):
                async for event in watch:
                    self._take(event["type"], event["object"])
                    version = event["object"]["metadata"]["resourceVersion"]

    def _take(self, kind: str, item: Document) -> None:
        key = f"{item['metadata']['namespace']}/{item['metadata']['name']}"
        if kind == "DELETED":
            self._routes.pop(key, None)
        else:
            self._routes[key] = item.get("status") or {}

    async def _report(self, request: web.Request) -> web.Response:
        poll = await request.json()
        self.polls.append(poll)
        named = [*poll["routes"], *(each["route"] for each in poll["candidates"])]
        asked = list(self._routes) if poll["full"] else named
        routes = {key: _held(self._routes[key]) for key in asked if key in self._routes}
        report = RouterReport(
            process="obedient-1", name="obedient", ready=True, draining=False, uptime=100.0, api_age=0.0, routes=routes
        )
        return web.Response(text=json.dumps(dataclasses.asdict(report)), content_type="application/json")


def _held(status: Document) -> RouteReport:
    def arm(pointer: Any, weight: int) -> ArmReport | None:
        return ArmReport(pointer["revision"], pointer["hash"], weight) if pointer else None

    candidate = status.get("candidate")
    weight = candidate.get("weight", 0) if candidate else 0
    return RouteReport(stable=arm(status.get("stable"), 100 - weight), candidate=arm(candidate, weight))


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
