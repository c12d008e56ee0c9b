"""``helm test``: a stub provider in this process, a route to it that becomes Ready, and a request through the routers.

The chart declares the route and runs this in a pod of its own, with the router's image.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from sealane_cli.stub.server import StubProvider
from sealane_kube.api import Api
from sealane_kube.configuration import load_configuration
from sealane_kube.connection import Connection
from sealane_kube.errors import KubeconfigError, KubeError

#: The route gets so many seconds; a cold cluster takes a few.
READY_SECONDS = 120.0
#: Between two looks, and between two requests while routers learn of the route.
PAUSE_SECONDS = 1.0
#: A ready route answers at once: connections to a Service that is new may fail for a second or two.
ANSWER_SECONDS = 30.0
#: One answer takes no longer than this; what an earlier one said is worth more than that a last one was cut short.
REQUEST_SECONDS = 15.0
_MAX_ANSWER = 64 * 1024


class TestFailed(Exception):
    """What did not work, and what to look at."""

    __test__ = False  # the name begins as pytest wants its classes to


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tested: ``route`` is NAMESPACE/NAME, ``router`` the base URL that applications use.

    ``key`` is sent as they send theirs. ``admits`` is False when callers need a key and the test has none: then the
    routers have to refuse it.
    """

    route: str
    model: str
    router: str
    key: str = ""
    admits: bool = True
    ready_seconds: float = READY_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    pause_seconds: float = PAUSE_SECONDS


async def passed(plan: Plan, api: Api) -> str:
    """Return what was seen, in a line, once everything works. Raises TestFailed."""
    await _ready(plan, api)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS)) as session:
        return f"{plan.route} is Ready, and {await _answer(plan, session)}"


async def _ready(plan: Plan, api: Api) -> None:
    namespace, _, name = plan.route.partition("/")
    path = f"/apis/sealane.dev/v1alpha1/namespaces/{namespace}/providerroutes/{name}"
    end = time.monotonic() + plan.ready_seconds
    while True:
        try:
            reason = _unready(await api.call("GET", path))
        except KubeError as error:
            reason = f"the API says: {error.words}"
        if not reason:
            return
        if time.monotonic() >= end:
            raise TestFailed(
                f"the route {plan.route} did not become Ready within {plan.ready_seconds:.0f} s: {reason}. Look at: "
                f"kubectl describe providerroute {name} -n {namespace}; kubectl logs deployment/sealane-operator"
            )
        await asyncio.sleep(plan.pause_seconds)


def _unready(route: dict[str, Any]) -> str:
    """Why a route is not Ready; empty when it is."""
    for condition in route.get("status", {}).get("conditions", []):
        if condition.get("type") == "Ready":
            said = f"{condition.get('reason')}: {condition.get('message')}"
            return "" if condition.get("status") == "True" else said
    return "nobody has looked at it"


async def _answer(plan: Plan, session: aiohttp.ClientSession) -> str:
    """Ask until the answer is the expected one: a router that just got ready may not have the newest table."""
    end = time.monotonic() + plan.answer_seconds
    while True:
        try:
            wrong, seen = await _asked(plan, session)
        except (aiohttp.ClientError, TimeoutError) as error:
            wrong, seen = f"{type(error).__name__}: {error}", ""
        if not wrong:
            return seen
        if time.monotonic() >= end:
            raise TestFailed(f"{plan.router} does not answer as it should: {wrong}")
        await asyncio.sleep(plan.pause_seconds)


async def _asked(plan: Plan, session: aiohttp.ClientSession) -> tuple[str, str]:
    """What is wrong with one answer, empty when nothing is, and what was seen."""
    body = {"model": plan.model, "messages": [{"role": "user", "content": "Does this work?"}]}
    headers = {"authorization": f"Bearer {plan.key}"} if plan.key else {}
    async with session.post(f"{plan.router}/v1/chat/completions", json=body, headers=headers) as answer:
        text = (await answer.content.read(_MAX_ANSWER)).decode("utf-8", "replace")
        if not plan.admits:
            wrong = "" if answer.status == 401 else f"found {answer.status} without a key, not 401"
            return wrong, "a request without a key was refused; name a key in helmTest.apiKey to have one answered"
        route = answer.headers.get("x-sealane-route", "")
        if answer.status != 200 or route != plan.route:
            return f"found {answer.status} of route {route or 'none'}: {text[:300]}", ""
        return "", f"a request for {plan.model} was answered by its provider {answer.headers['x-sealane-provider']}"


async def run(plan: Plan, host: str, port: int) -> int:
    """Run the test with a stub at that address; returns the exit code."""
    try:
        connection = Connection(await load_configuration(None), "sealane-helm-test")
        try:
            async with StubProvider("openai", host=host, port=port):
                print(await passed(plan, connection))
        finally:
            await connection.close()
    except (TestFailed, KubeconfigError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def main(arguments: Sequence[str]) -> int:
    """Read the arguments that the chart writes, and run the test."""
    parser = argparse.ArgumentParser(prog="python -m sealane_cli.helm_test", description=__doc__)
    parser.add_argument("--route", required=True, help="NAMESPACE/NAME of the route that has to become Ready")
    parser.add_argument("--model", required=True, help="the model that it claims")
    parser.add_argument("--router", required=True, help="base URL that applications use")
    parser.add_argument("--stub", required=True, help="HOST:PORT where the stub provider listens")
    parser.add_argument("--key-file", type=Path, help="file with the key or token of the caller")
    parser.add_argument("--without-key", action="store_true", help="there is no key: the request has to be refused")
    asked = parser.parse_args(arguments)
    host, _, port = asked.stub.rpartition(":")
    key = asked.key_file.read_text(encoding="utf-8").strip() if asked.key_file else ""
    plan = Plan(asked.route, asked.model, asked.router, key=key, admits=not asked.without_key)
    return asyncio.run(run(plan, host.strip("[]"), int(port)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
