"""What people do to incidents."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sealane_investigator.incident.incident import State
from sealane_investigator.intake.cleaning import Cleaning
from sealane_investigator.interfaces import MAX_DEEDS, Deed
from sealane_investigator.server.api.acting import _ARGUMENTS, Acting
from tests.support.fake_store import FakeStore
from tests.support.reported import analysed, event
from tests.support.served_investigator import Client, served


@asynccontextmanager
async def _scene() -> AsyncIterator[tuple[Client, FakeStore]]:
    store = FakeStore()
    await store.record([analysed(event(number, message=f"m{number}")) for number in (1, 2, 3)], {})
    cleaning = Cleaning(lambda text: text.replace("secret", "<words>"))
    async with served(Acting(store, cleaning).endpoints()) as client:
        yield client, store


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        ({"deed": "resolve"}, {}),
        ({"deed": "resolve", "revisions": {"a/b": 3}}, {"revisions": {"a/b": 3}}),
        ({"deed": "reopen"}, {}),
        ({"deed": "ignore"}, {}),
        ({"deed": "ignore", "until": 5.0}, {"until": 5.0}),
        ({"deed": "assign", "assignee": "ada"}, {"assignee": "ada"}),
        ({"deed": "assign", "assignee": None}, {"assignee": None}),
        ({"deed": "comment", "text": "a secret"}, {"text": "a secret"}),
        (
            {"deed": "comment", "text": "key sk-abcdefghij leaked"},
            {"text": "key [redacted len=13 sha256=954f18c6] leaked"},
        ),
        ({"deed": "feedback", "right": False, "class": "rate_limit"}, {"right": False, "class": "rate_limit"}),
        ({"deed": "reclassify", "class": "rate_limit", "cause": None}, {"class": "rate_limit", "cause": None}),
        ({"deed": "merge", "into": 2}, {"into": 2}),
        ({"deed": "unmerge"}, {}),
        ({"deed": "investigate"}, {}),
    ],
)
async def test_a_deed_is_done_in_the_name_of_its_token(body: dict[str, Any], arguments: dict[str, Any]) -> None:
    """With its arguments. A comment is meant to be read, so only what looks like a key is redacted."""
    async with _scene() as (client, store):
        answer = await client.post("/v1/incidents/1/actions", body, token="act")

        assert (answer.status, answer.body["id"], answer.body["version"]) == (200, 1, 2)
        assert (store.deeds[-1].deed.value, store.deeds[-1].by) == (body["deed"], "act")
        assert store.deeds[-1].arguments == arguments


def test_every_deed_has_its_arguments_named() -> None:
    """One that is added to the store is not forgotten here."""
    assert set(_ARGUMENTS) == set(Deed)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"deed": "explode"}, "deed"),
        ({}, None),
        ({"deed": "resolve", "until": 1.0}, "until"),
        ({"deed": "assign"}, "assignee"),
        ({"deed": "comment", "text": ""}, "text"),
        ({"deed": "comment", "text": "x" * 4_097}, "text"),
        ({"deed": "merge", "into": 0}, "into"),
        ({"deed": "reclassify", "class": "broken"}, "class"),
        ({"deed": "resolve", "why": "x"}, None),
        ({"deed": "resolve", "version": "1"}, "version"),
    ],
)
async def test_what_is_no_deed_is_refused_and_nothing_done(body: dict[str, Any], param: str | None) -> None:
    """Unknown deeds, arguments that are missing, unknown or out of bounds."""
    async with _scene() as (client, store):
        answer = await client.post("/v1/incidents/1/actions", body, token="act")

        assert (answer.status, answer.code, answer.param) == (400, "invalid_request", param)
        assert store.deeds == []


async def test_nobody_changes_what_was_changed_meanwhile() -> None:
    """Two people who read the same version: the second one reads again."""
    async with _scene() as (client, store):
        first = await client.post("/v1/incidents/1/actions", {"deed": "resolve", "version": 1}, token="act")
        second = await client.post("/v1/incidents/1/actions", {"deed": "reopen", "version": 1}, token="act")

        assert (first.status, second.status, second.code, second.param) == (200, 409, "conflict", "version")
        assert store.rows[1].state is State.RESOLVED


async def test_many_at_once_are_all_done_or_none() -> None:
    """One that does not exist, or changed meanwhile, stops all."""
    async with _scene() as (client, store):
        missing = await client.post("/v1/incidents/actions", {"deed": "resolve", "incidents": [1, 99]}, token="act")
        stale = {"deed": "resolve", "incidents": [1, 2], "versions": [1, 5]}
        changed = await client.post("/v1/incidents/actions", stale, token="act")
        assert (missing.code, changed.code, changed.param) == ("not_found", "conflict", "versions[1]")
        assert store.deeds == []

        done = await client.post("/v1/incidents/actions", {"deed": "resolve", "incidents": [1, 3]}, token="act")
        assert [(each["id"], each["state"]) for each in done.body["incidents"]] == [(1, "resolved"), (3, "resolved")]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"deed": "resolve", "incidents": []}, "incidents"),
        ({"deed": "resolve", "incidents": [1] * (MAX_DEEDS + 1)}, "incidents"),
        ({"deed": "resolve", "incidents": [1, 2], "versions": [1]}, "versions"),
        ({"deed": "resolve", "incidents": [1], "version": 1}, "version"),
    ],
)
async def test_many_have_a_limit_and_their_own_versions(body: dict[str, Any], param: str) -> None:
    """One version for each, or none."""
    async with _scene() as (client, store):
        answer = await client.post("/v1/incidents/actions", body, token="act")

        assert (answer.status, answer.param, store.deeds) == (400, param, [])


async def test_what_the_store_refuses_is_a_conflict() -> None:
    """With its words."""
    async with _scene() as (client, _):
        answer = await client.post("/v1/incidents/1/actions", {"deed": "merge", "into": 1}, token="act")

        assert (answer.status, answer.body["error"]["message"]) == (409, "an incident is not merged into itself")


async def test_who_may_only_read_changes_nothing() -> None:
    """Nor does anybody without a body that is JSON."""
    async with _scene() as (client, store):
        body = {"deed": "resolve"}
        assert (await client.post("/v1/incidents/1/actions", body, token="read")).status == 403
        assert (await client.ask("POST", "/v1/incidents/1/actions", token="act", data=b"{")).status == 400
        assert store.deeds == []
