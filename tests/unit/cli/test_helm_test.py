"""``helm test``: it passes when the route is Ready and the routers answer, and says what to look at when not."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sealane_cli import helm_test
from sealane_cli.helm_test import Plan, TestFailed, passed
from sealane_kube.errors import Unavailable

_PLAN = Plan("llm/check", "check", "http://nowhere", ready_seconds=0.05, answer_seconds=0.5, pause_seconds=0.0)
_SERVED = {"x-sealane-route": "llm/check", "x-sealane-provider": "stub"}


class _Api:
    """Answers with one state of the route after the other, and with the last one from then on."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self._answers = list(answers)
        self.paths: list[str] = []

    async def call(self, method: str, path: str, *_: Any, **__: Any) -> dict[str, Any]:
        self.paths.append(path)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def _route(status: str, reason: str = "Serving", message: str = "it serves") -> dict[str, Any]:
    ready = {"type": "Ready", "status": status, "reason": reason, "message": message}
    return {"status": {"conditions": [{"type": "Accepted", "status": "True"}, ready]}}


@asynccontextmanager
async def _router(*answers: tuple[int, dict[str, str]]) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """A router that gives one answer after the other, and the last one from then on; and what it was asked."""
    left, asked = list(answers), []

    async def chat(request: web.Request) -> web.Response:
        asked.append({"key": request.headers.get("authorization"), **await request.json()})
        status, headers = left.pop(0) if len(left) > 1 else left[0]
        return web.Response(status=status, headers=headers, text="the answer")

    application = web.Application()
    application.router.add_post("/v1/chat/completions", chat)
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/"), asked


async def _passes(api: _Api, answers: Sequence[tuple[int, dict[str, str]]], **changed: Any) -> str:
    async with _router(*answers) as (url, _):
        return await passed(replace(_PLAN, router=url, **changed), api)


async def test_it_passes_when_the_route_serves() -> None:
    """The route is read by its name; the request is for its model, with the caller's key."""
    api = _Api(_route("True"))
    async with _router((200, _SERVED)) as (url, asked):
        said = await passed(replace(_PLAN, router=url, key="a-token"), api)

    assert said == "llm/check is Ready, and a request for check was answered by its provider stub"
    assert api.paths == ["/apis/sealane.dev/v1alpha1/namespaces/llm/providerroutes/check"]
    assert (asked[0]["key"], asked[0]["model"]) == ("Bearer a-token", "check")


async def test_it_waits_for_the_route_and_for_the_routers() -> None:
    """Not looked at, the API away, not Ready, then Ready; a router without the newest table, then one with it."""
    api = _Api({}, Unavailable("gone"), _route("False"), _route("True"))

    said = await _passes(api, [(404, {}), (200, {**_SERVED, "x-sealane-route": "other/route"}), (200, _SERVED)],
                         ready_seconds=30.0)  # fmt: skip

    assert said.startswith("llm/check is Ready")
    assert len(api.paths) == 4


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (_route("False", "NotAccepted", "it claims nothing"), "NotAccepted: it claims nothing"),
        ({}, "nobody has looked at it"),
        (Unavailable("no way"), "the API says: no way"),
    ],
)
async def test_a_route_that_is_not_ready_fails_it(answer: Any, told: str) -> None:
    """With the reason, and where to look."""
    with pytest.raises(TestFailed, match=told) as failed:
        await _passes(_Api(answer), [(200, _SERVED)])

    assert "kubectl describe providerroute check -n llm" in str(failed.value)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((503, {}), "found 503 of route none: the answer"),
        ((200, {**_SERVED, "x-sealane-route": "other/route"}), "found 200 of route other/route"),
    ],
)
async def test_an_answer_of_somebody_else_fails_it(answer: tuple[int, dict[str, str]], told: str) -> None:
    """It has to be 200, from the route that was declared."""
    with pytest.raises(TestFailed, match=told):
        await _passes(_Api(_route("True")), [answer])


async def test_nobody_at_the_address_fails_it() -> None:
    """The error is named."""
    with pytest.raises(TestFailed, match="ClientConnector"):
        await passed(replace(_PLAN, router="http://127.0.0.1:1"), _Api(_route("True")))


async def test_without_a_key_the_request_has_to_be_refused() -> None:
    """401 passes and says how to have a request answered; an answer fails."""
    said = await _passes(_Api(_route("True")), [(401, {})], admits=False)

    assert said.endswith("a request without a key was refused; name a key in helmTest.apiKey to have one answered")
    with pytest.raises(TestFailed, match="found 200 without a key, not 401"):
        await _passes(_Api(_route("True")), [(200, _SERVED)], admits=False)


def test_the_arguments_are_those_of_the_chart(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Addresses of IPv6 lose their brackets, and a key file its line's end."""
    seen: list[Any] = []

    async def run(*arguments: Any) -> int:
        seen.extend(arguments)
        return 0

    monkeypatch.setattr(helm_test, "run", run)
    (tmp_path / "token").write_text("a-token\n")
    flags = ["--route=llm/check", "--model=check", "--router=http://sealane.llm.svc:80", "--stub=[::]:8080"]

    assert helm_test.main([*flags, f"--key-file={tmp_path / 'token'}"]) == 0
    assert seen == [Plan("llm/check", "check", "http://sealane.llm.svc:80", key="a-token"), "::", 8080]
    seen.clear()
    assert helm_test.main([*flags, "--without-key"]) == 0
    assert seen[0].admits is False


async def test_outside_of_a_pod_it_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1, with what is missing."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    assert await helm_test.run(_PLAN, "127.0.0.1", 0) == 1
    assert "the pod's ServiceAccount cannot be used" in capsys.readouterr().err
