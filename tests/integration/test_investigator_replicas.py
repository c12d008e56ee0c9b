"""Replicas of the investigator on PostgreSQL, while processes are killed and the database goes away."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import aiohttp
import pytest

from sealane_cli.stub.server import StubProvider
from tests.support.cluster_binaries import ProgramMissing
from tests.support.investigator_process import TOKEN, InvestigatorProcess, report
from tests.support.postgres import Postgres
from tests.support.reported import as_json
from tests.support.routes import KEYS, two_providers
from tests.support.sealane_process import sealane_up
from tests.support.stores import emptied
from tests.support.this_machine import this_machine
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

#: Errors of four kinds; alerts are the fifth.
_KINDS = (
    "Invalid Authentication",
    "The engine is currently overloaded, please try again later",
    "Your account is suspended due to insufficient balance",
    "Connection reset by peer",
)


def _alerts(number: int) -> dict[str, object]:
    """Five alerts of one kind, none of which was told before."""
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": "PodCrashLooping", "namespace": "team", "deployment": "api"},
            "annotations": {"summary": "Back-off restarting failed container"},
            "startsAt": "2023-11-14T22:13:20Z",
            "fingerprint": f"{number}-{each}",
        }
        for each in range(5)
    ]
    return {"version": "4", "alerts": alerts}


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server that keeps what was committed when it is killed."""
    server = Postgres(durable=True)
    try:
        server.__enter__()
    except ProgramMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    yield server
    server.__exit__(None, None, None)


@pytest.fixture
async def replicas(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Sequence[InvestigatorProcess]]:
    """Three of them, with spools in one directory, as on a shared volume."""
    await emptied(postgres.url)
    found = [InvestigatorProcess(tmp_path, f"replica-{number}", postgres.url) for number in range(3)]
    await asyncio.gather(*(replica.start() for replica in found))
    yield found
    await asyncio.gather(*(replica.stop() for replica in found))


async def test_of_a_thousand_faults_every_one_is_counted_once(
    postgres: Postgres, replicas: Sequence[InvestigatorProcess]
) -> None:
    """Reports and alerts, though replicas and PostgreSQL are killed: what was accepted is stored, counts are exact."""
    sent: asyncio.Queue[int] = asyncio.Queue()
    for number in range(200):
        sent.put_nowait(number)
    done: list[int] = []

    async def sender() -> None:
        while not sent.empty():
            number = sent.get_nowait()
            those = [*replicas[number % 3 :], *replicas[: number % 3]]
            if number % 5 == 4:
                await report(those, _alerts(number), path="/v1/alerts")
            else:
                await report(those, as_json(*range(number * 5, number * 5 + 5), message=_KINDS[number % 5]))
            done.append(number)
            await asyncio.sleep(0.02)

    async def trouble() -> None:
        for round_ in range(3):
            victim = replicas[round_]
            await victim.killed()
            await asyncio.to_thread(postgres.kill)
            await victim.start(ready=False)
            await asyncio.sleep(1.0)
            await asyncio.to_thread(postgres.start)
            await asyncio.sleep(1.0)

    await asyncio.gather(trouble(), *(sender() for _ in range(8)))
    assert len(done) == 200
    await replicas[0].counted(1_000)
    await asyncio.sleep(2.0)

    assert await replicas[0].count() == 1_000
    assert sorted(each["count"] for each in await replicas[1].incidents()) == [200] * 5


async def test_what_a_router_saw_is_counted_exactly_though_everything_behind_it_dies(
    postgres: Postgres, replicas: Sequence[InvestigatorProcess], tmp_path: Path
) -> None:
    """700 faults through a router and 300 alerts: the router keeps what it has to tell, and nobody waits for it."""
    token = tmp_path / "token"
    token.write_text(TOKEN, encoding="utf-8")
    environ = {**KEYS, "SEALANE_ALLOWED_NETWORKS": this_machine().allowed, "SEALANE_INVESTIGATOR_URL": replicas[0].url}
    environ["SEALANE_INVESTIGATOR_TOKEN_FILE"] = str(token)
    answered: list[int] = []

    async def faults(url: str, session: aiohttp.ClientSession, number: int) -> None:
        for _ in range(number):
            body = {"model": "kimi-k3", "messages": [{"role": "user", "content": "Say hello."}]}
            async with session.post(url, json=body, headers={"x-stub-fault": "content-filter"}) as answer:
                answered.append(answer.status)
            await asyncio.sleep(0.05)

    async def trouble() -> None:
        await until(lambda: len(answered) >= 100)
        await replicas[0].killed()
        await until(lambda: len(answered) >= 300)
        await asyncio.to_thread(postgres.kill)
        await replicas[0].start(ready=False)
        await until(lambda: len(answered) >= 500)
        await replicas[0].killed()
        await asyncio.to_thread(postgres.start)
        await replicas[0].start()

    async def alerts() -> None:
        for number in range(60):
            await report([replicas[1], replicas[2]], _alerts(number), path="/v1/alerts")

    async with StubProvider("moonshot", host=this_machine().address) as stub:
        routes = two_providers(tmp_path, this_machine().url(stub.base_url), "https://api.z.ai/api/paas/v4", fallback="")
        async with sealane_up(tmp_path, ["-f", str(routes)], environ) as router, aiohttp.ClientSession() as session:
            url = f"http://{router.host}:{router.port}/v1/chat/completions"
            await asyncio.gather(trouble(), alerts(), *(faults(url, session, 100) for _ in range(7)))
            await replicas[1].counted(1_000)
            await asyncio.sleep(2.0)
            found = await replicas[2].incidents()

    assert answered == [400] * 700
    assert sorted((each["count"], each["at_least"]) for each in found) == [(300, False), (700, False)]


async def test_three_replicas_and_ten_thousand_identical_errors_make_one_incident(
    replicas: Sequence[InvestigatorProcess],
) -> None:
    """Counted exactly, and investigated once."""

    async def sender(first: int) -> None:
        for number in range(first, 200, 10):
            batch = as_json(*range(number * 50, number * 50 + 50), message="Invalid Authentication", status=401)
            await report([replicas[number % 3]], batch)

    await asyncio.gather(*(sender(first) for first in range(10)))
    await replicas[0].counted(10_000)
    (incident,) = await replicas[1].investigated(1)
    await asyncio.sleep(6.0)
    investigated = 0.0
    for replica in replicas:
        _, metrics = await replica.ask("GET", "/metrics")
        written = [line for line in metrics.splitlines() if 'investigations_total{result="written"' in line]
        investigated += sum(float(line.rpartition(" ")[2]) for line in written)

    assert (incident["count"], await replicas[2].count(), investigated) == (10_000, 10_000, 1)


async def test_a_client_that_wanders_between_replicas_misses_no_change(
    replicas: Sequence[InvestigatorProcess],
) -> None:
    """Whatever transactions overlap: it goes on with its last number and sees each number once, in order."""
    chance = random.Random(7)
    finished = asyncio.Event()
    seen: list[int] = []

    async def wander() -> None:
        number = 0
        async with aiohttp.ClientSession() as session:
            while not (finished.is_set() and number >= await _end(replicas)):
                replica = chance.choice(replicas)
                url = f"{replica.url}/v1/stream?after={number}&token={TOKEN}"
                async with session.ws_connect(url) as socket:
                    for _ in range(chance.randrange(1, 40)):
                        try:
                            message = await socket.receive_json(timeout=2.0)
                        except TimeoutError:
                            break  # nothing happens here: on to the next one
                        assert message["type"] != "reload"
                        if message["type"] == "change":
                            seen.append(message["number"])
                            number = message["number"]
                        elif finished.is_set():
                            break

    async def sender(first: int) -> None:
        for number in range(first, 150, 6):
            batch = as_json(number * 2, number * 2 + 1, message=_KINDS[number % len(_KINDS)])
            await report([chance.choice(replicas)], batch)

    async def work() -> None:
        await asyncio.gather(*(sender(first) for first in range(6)))
        await replicas[0].counted(300)
        await replicas[0].investigated(len(_KINDS))
        finished.set()

    await asyncio.gather(wander(), work())

    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) >= 20


async def _end(replicas: Sequence[InvestigatorProcess]) -> int:
    """The newest number, as a client that begins now is told."""
    async with aiohttp.ClientSession() as session:
        numbers: list[int] = []
        for replica in replicas:
            async with session.ws_connect(f"{replica.url}/v1/stream?token={TOKEN}") as socket:
                numbers.append((await socket.receive_json())["number"])
    return max(numbers)
