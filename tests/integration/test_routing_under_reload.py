"""Real requests while tables change, providers fail and fallbacks serve: each goes where the oracle allows, and no key
ever comes to another provider."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import quote

import aiohttp
import pytest

from sealane_router.app.configuration import Configuration
from tests.support.gateway import RunningGateway, running_gateway
from tests.support.oracle import Oracle, Verdict, Way, is_name
from tests.support.random_tables import RandomTable, random_name, random_table
from tests.support.waiting import until
from tests.support.witnesses import ENVIRON, FAULTS, Arrival, Witness, four_witnesses

BOTH_LOOPS = True
SEED = 20261122
TABLES = 40
NAMES_PER_TABLE = 100
#: So many between two reloads, and as many as come while a reload goes on.
REQUESTS_PER_TABLE = 90
CLIENTS = 24
_PATIENCE = 20.0

#: Why a target may be skipped without an attempt.
_SKIPPED = frozenset({"BreakerOpen", "RateLimited", "Overloaded"})


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a client got; ``content`` is the text of the completion, whole or joined from a stream's events."""

    status: int
    headers: Mapping[str, str]
    content: str
    code: str | None


@dataclass(slots=True)
class _Step:
    """A table's turn: the table, its oracle and the names that are asked for while it is in force."""

    table: RandomTable
    oracle: Oracle
    names: list[str]


class _Play:
    """The whole run: requests on one side, tables and outages on the other, and what is known to be in force."""

    def __init__(self, file: Path, providers: Sequence[Witness], arrivals: dict[int, list[Arrival]]) -> None:
        self.random = Random(SEED)
        self.file = file
        self.providers = providers
        self.arrivals = arrivals
        self.by_url = {provider.stub.base_url: provider for provider in providers}
        # Grows only: an exchange of a table long gone may still wait for its retry.
        self.allowed: dict[str, set[str]] = {url: set() for url in self.by_url}
        self.steps = [self._step() for _ in range(TABLES)]
        self.confirmed = self.written = 0  # steps in force for certain, and perhaps
        self.asked = 0
        self.ending = False
        self.outages = 0  # begun and ended; odd: one is going on
        self.outcomes: Counter[str] = Counter()
        self.write(0)

    def _step(self) -> _Step:
        upstreams = [provider.upstream for provider in self.providers]
        breaker = {"openFor": "50ms", "maxOpenFor": "200ms", "consecutiveFailures": 4}
        extras = {"breaker": breaker, "maxConcurrency": self.random.choice((4, 200, 200))}
        table = random_table(self.random, upstreams, provider_extras=extras)
        oracle = Oracle(table.documents)
        names: list[str] = []
        while len(names) < NAMES_PER_TABLE:
            name = random_name(self.random, table)
            # An unknown name is refused before anything can go wrong: some are enough.
            if oracle.judge(name) is not None or self.random.random() < 0.2:
                names.append(name)
        return _Step(table, oracle, names)

    def write(self, number: int) -> None:
        """Put a step's table into the file, and teach the stubs the models that it and its neighbours allow."""
        near = self.steps[max(number - 1, 0) : number + 2]
        names = [name for step in near for name in step.names]
        for verdict in (step.oracle.judge(name) for step in near for name in names):
            for way in verdict.ways if verdict is not None else ():
                self.allowed[way.base_url].add(way.model)
        for url, models in self.allowed.items():
            self.by_url[url].stub.terms.extra_models = frozenset(models)
        self._replace_file(self.steps[number].table.yaml())

    def _replace_file(self, text: str) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.file)

    async def reload(self, gateway: RunningGateway) -> None:
        """Put one table after the other in force as the requests go on."""
        for number in range(1, TABLES):
            await self._requests(REQUESTS_PER_TABLE)
            if number % 8 == 0:
                await self._bad_edit(gateway.gateway.live)
            await self._next(number, gateway.gateway.live)
        self.ending = True

    async def _requests(self, count: int) -> None:
        enough = self.asked + count
        await until(lambda: self.asked >= enough)

    async def _next(self, number: int, live: Configuration) -> None:
        before = live.serving
        self.written = number
        self.write(number)
        async with asyncio.timeout(_PATIENCE):
            await until(lambda: live.serving is not before)
        self.confirmed = number

    async def _bad_edit(self, live: Configuration) -> None:
        """A file that cannot be served: the table before it stays in force."""
        self._replace_file(self.steps[self.written].table.yaml() + "---\nkind: [")
        async with asyncio.timeout(_PATIENCE):
            await until(lambda: live.problem("routes"))

    async def break_down(self) -> None:
        """Now and then a provider is gone for a while: connections are refused, and those open reset."""
        while not self.ending:
            provider = self.random.choice(self.providers)
            await asyncio.sleep(0.6)
            self.outages += 1
            await provider.stub.close()
            await asyncio.sleep(0.1)
            await provider.stub.start()
            self.outages += 1

    async def ask(self, session: aiohttp.ClientSession) -> None:
        """One client: it asks until every table has had its turn, and judges each answer."""
        while not self.ending:
            number = self.asked
            self.asked += 1
            first, outages = self.confirmed, self.outages
            # Sometimes a name of the table to come, which this one may well serve otherwise.
            ahead = min(first + (self.random.random() < 0.1), TABLES - 1)
            name = self.random.choice(self.steps[ahead].names)
            answer = await _chat(session, name, number, stream=self.random.random() < 0.5)
            steps = self.steps[first : self.written + 1]
            disturbed = self.outages != outages or self.outages % 2 == 1
            arrivals = self.arrivals.pop(number, [])
            verdicts = [step.oracle.judge(name) for step in steps]
            wrong = [self._wrong(verdict, name, answer, arrivals, disturbed) for verdict in verdicts]
            assert None in wrong, f"seed {SEED}, request {number} for {name!a}: {wrong}\n{answer}\n{arrivals}"
            self._count(answer, arrivals, verdicts)

    def _wrong(
        self, verdict: Verdict | None, name: str, answer: _Answer, arrivals: list[Arrival], disturbed: bool
    ) -> str | None:
        """What contradicts the verdict, None when nothing does."""
        if verdict is None:
            expected = (404, "model_not_found") if is_name(name) else (400, "invalid_request")
            refused = (answer.status, answer.code) == expected and "x-sealane-route" not in answer.headers
            return None if refused and not arrivals else f"expected {expected}, and nothing sent"
        if answer.headers.get("x-sealane-route") != verdict.route or answer.status == 404:
            return f"expected route {verdict.route}"
        return self._wrong_arrivals(verdict, arrivals, disturbed) or self._wrong_answer(verdict, answer, arrivals)

    def _wrong_arrivals(self, verdict: Verdict, arrivals: list[Arrival], disturbed: bool) -> str | None:
        """Whether each attempt that was seen went to a target, and to a fallback only for a reason that counts."""
        primary = self._seen(verdict.primary)
        everything = primary | self._seen(verdict.fallback)
        # In an outage an attempt may have come to nobody, or its answer to nobody.
        unseen = frozenset({"Connect"}) if disturbed else frozenset()
        reasons = _SKIPPED | unseen
        for before, arrival in zip([None, *arrivals], arrivals, strict=False):
            if (arrival.provider, arrival.model) not in everything:
                return f"{arrival.provider.name} as {arrival.model!r} is none of {verdict.ways}"
            if not reasons:
                return "went on after an answer that ends it"
            went_on = before is None or not _sent_again(before, arrival)
            if went_on and (arrival.provider, arrival.model) not in primary and not verdict.when & reasons:
                return f"fell back after {reasons}, and only {verdict.when} allow it"
            reasons = unseen if arrival.fault is None else FAULTS[arrival.fault] | unseen
        return None

    def _seen(self, ways: Sequence[Way]) -> set[tuple[Witness, str]]:
        return {(self.by_url[way.base_url], way.model) for way in ways}

    def _wrong_answer(self, verdict: Verdict, answer: _Answer, arrivals: list[Arrival]) -> str | None:
        """Whether the headers name a target, and a completion comes from the provider that was asked last."""
        named = [
            way
            for way in verdict.ways
            if (way.provider, _in_header(way.model))
            == (answer.headers.get("x-sealane-provider"), answer.headers.get("x-sealane-model"))
        ]
        if answer.headers["x-sealane-attempts"] != "0" and not named:
            return f"the headers name none of {verdict.ways}"
        if answer.status != 200:
            return None
        last = arrivals[-1]
        if (last.provider, last.model) not in self._seen(named):
            return "another provider than the named one was asked last"
        text = f"{last.provider.personality} stub answers as {last.model}"
        whole = answer.code is None
        return None if answer.content == text or (not whole and text.startswith(answer.content)) else f"not {text!r}"

    def _count(self, answer: _Answer, arrivals: list[Arrival], verdicts: list[Verdict | None]) -> None:
        self.outcomes["served" if answer.status == 200 else f"status {answer.status} {answer.code}"] += 1
        self.outcomes["failed over"] += answer.status == 200 and len({arrival.provider for arrival in arrivals}) > 1
        self.outcomes["during a reload"] += len(verdicts) > 1
        self.outcomes["differs by table"] += any(verdict != verdicts[0] for verdict in verdicts)
        for arrival in arrivals:
            self.outcomes[f"at {arrival.provider.name}"] += 1


def _sent_again(before: Arrival, arrival: Arrival) -> bool:
    """Whether this may be the same attempt on a fresh connection: a kept one closed and answered nothing."""
    same = (before.provider, before.model) == (arrival.provider, arrival.model)
    return same and before.fault is not None and before.fault.name in ("reset", "cut-before-head")


def _in_header(model: str) -> str:
    return model.strip() if model.isascii() else quote(model)


async def _chat(session: aiohttp.ClientSession, model: str, number: int, *, stream: bool) -> _Answer:
    body = {"model": model, "user": str(number), "stream": stream, "messages": [], "thinking": {"type": "disabled"}}
    async with session.post("/v1/chat/completions", data=json.dumps(body)) as answer:
        text = await answer.text()
    if not answer.headers["content-type"].startswith("text/event-stream"):
        whole = json.loads(text)
        content = whole["choices"][0]["message"]["content"] if answer.status == 200 else ""
        return _Answer(answer.status, answer.headers, content, whole.get("error", {}).get("code"))
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    pieces = [choice["delta"].get("content", "") for event in events for choice in event.get("choices", ())]
    code = next((event["error"]["code"] for event in events if "error" in event), None)
    return _Answer(answer.status, answer.headers, "".join(pieces), code)


@pytest.mark.slow
async def test_every_request_goes_where_the_oracle_allows(tmp_path: Path) -> None:
    """4,000 requests over 40 tables, with faults, outages, fallbacks and reloads: 0 wrong, 0 at a foreign provider."""
    arrivals: dict[int, list[Arrival]] = {}
    async with four_witnesses(arrivals, SEED) as providers:
        file = tmp_path / "routes.yaml"
        play = _Play(file, providers, arrivals)
        async with (
            running_gateway(file, environ=ENVIRON) as gateway,
            aiohttp.ClientSession(gateway.url, connector=aiohttp.TCPConnector(limit=CLIENTS)) as session,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(play.reload(gateway))
            group.create_task(play.break_down())
            for _ in range(CLIENTS):
                group.create_task(play.ask(session))

        assert play.confirmed == TABLES - 1
        assert [provider.stub.cross_routed for provider in providers] == [0, 0, 0, 0]
        assert [provider.stub.counters.unauthorized for provider in providers] == [0, 0, 0, 0]
        assert not arrivals  # none that no client asked for
        # Few of a kind would mean that the run shows less than it says.
        assert play.asked > 3000
        outcomes = play.outcomes
        assert outcomes["served"] > 1000
        assert outcomes["failed over"] > 20
        assert 100 < outcomes["differs by table"] <= outcomes["during a reload"] < play.asked - 1000
        assert all(outcomes[f"at {name}"] > 200 for name in ("moonshot", "zai", "openai-one", "openai-two"))
