"""The kept connections of one provider: which are handed out, which are kept, and that none is forgotten."""

import asyncio
import random
from contextlib import suppress

import pytest

from sealane_api.route_table import DialectName, Provider
from sealane_router.aio.driver import Driver, drive
from sealane_router.errors import ClientGone
from sealane_router.upstream.connection import UpstreamConnection
from sealane_router.upstream.connector import Connector
from sealane_router.upstream.errors import UpstreamError
from sealane_router.upstream.pool import ConnectionPool, PoolLimits
from tests.support.scripted_provider import Line, ScriptedProvider, answer
from tests.support.waiting import until

OK = answer()
LIMITS = PoolLimits(idle=10.0, age=100.0, size=2)


def pool_of(provider: ScriptedProvider, limits: PoolLimits = LIMITS) -> ConnectionPool:
    """A pool of connections to a provider on this machine."""
    of = Provider("default/r", "p", DialectName.OPENAI, f"http://127.0.0.1:{provider.port}/v1")
    return ConnectionPool(Connector(of, allowed=lambda _: True, authority=lambda: None), limits)


async def used(pool: ConnectionPool) -> UpstreamConnection:
    """A connection, kept or fresh, that has just served an answer."""
    connection = pool.take()
    if connection is None:
        connection = await drive(pool.open(2.0))
    await drive(connection.request(b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n", b"", first_byte=2, idle=2))
    while await drive(connection.read(2)) is not None:
        pass
    return connection


async def serving(line: Line) -> None:
    """Answers every request until the gateway closes."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            await line.request()
            await line.say(OK)


async def test_a_fresh_pool_has_nothing() -> None:
    """Connections are opened when they are needed."""
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider)
        assert pool.take() is None
        assert (pool.idle, pool.in_use) == (0, 0)


async def test_a_connection_goes_out_and_comes_back() -> None:
    """It is counted where it is, and marked as used before."""
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider)
        connection = await used(pool)
        assert (pool.idle, pool.in_use, connection.reused) == (0, 1, False)
        pool.release(connection)
        assert (pool.idle, pool.in_use) == (1, 0)
        assert pool.take() is connection
        assert (pool.idle, pool.in_use, connection.reused) == (0, 1, True)
        assert pool.connects == {"ok": 1}
        pool.discard(connection)
        assert (pool.idle, pool.in_use) == (0, 0)


async def test_the_one_used_last_goes_out_first() -> None:
    """So that surplus ones grow old and go."""
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider)
        first, second = await used(pool), await used(pool)
        pool.release(second)
        pool.release(first)
        assert pool.take() is first
        assert pool.take() is second
        pool.discard(first)
        pool.discard(second)


async def test_no_more_are_kept_than_the_limit() -> None:
    """The surplus is closed, not forgotten; a changed limit holds at once."""
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider)
        connections = [await used(pool) for _ in range(3)]
        for connection in connections:
            pool.release(connection)
        assert (pool.idle, pool.in_use) == (2, 0)
        await until(lambda: connections[2]._transport is None)
        one = pool.take()
        assert one is not None
        pool.limits = PoolLimits(10.0, 100.0, 1)
        one.busy = True
        pool.release(await used(pool))
        pool.discard(one)
        assert pool.idle == 1
        pool.close()


async def test_an_idle_connection_leaves_at_its_time() -> None:
    """The pool does not hold it any longer, and the provider sees it close."""
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider, PoolLimits(idle=0.02, age=100.0, size=2))
        pool.release(await used(pool))
        assert pool.idle == 1
        await until(lambda: pool.idle == 0)


async def test_an_old_connection_is_not_kept_beyond_its_age(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its age counts from its opening, not from its last use."""
    monkeypatch.setattr(random, "uniform", lambda *_: 1.0)
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider, PoolLimits(idle=10.0, age=0.03, size=2))
        pool.release(await used(pool))
        assert pool.idle == 1
        await until(lambda: pool.idle == 0)


async def test_ages_differ() -> None:
    """Connections opened together do not all retire together."""
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider)
        connections = [await used(pool) for _ in range(4)]
        ages = {connection.retire_at - connection.created for connection in connections}
        assert len(ages) == 4
        assert all(90.0 <= age <= 110.0 for age in ages)
        for connection in connections:
            pool.discard(connection)


async def test_a_connection_that_the_provider_closed_leaves_by_itself() -> None:
    """Before anybody asks for it."""

    async def once(line: Line) -> None:
        await line.request()
        await line.say(OK)

    async with ScriptedProvider(once) as provider:
        pool = pool_of(provider)
        pool.release(await used(pool))
        await until(lambda: pool.idle == 0)
        assert pool.take() is None


async def test_a_connection_with_an_unasked_byte_is_not_handed_out() -> None:
    """Not even when the loop has not seen the byte."""
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider)
        connection = await used(pool)
        pool.release(connection)
        provider.lines[0].writer.get_extra_info("socket")._sock.send(b"H")
        await asyncio.sleep(0)
        assert pool.take() is None
        assert (pool.idle, pool.in_use) == (0, 0)
        await until(lambda: connection._transport is None)


@pytest.mark.parametrize("early", [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", b""])
async def test_a_connection_in_the_middle_of_an_answer_is_not_kept(early: bytes) -> None:
    """Released too early, it is closed: the provider sees it."""
    gone = asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        await line.say(early)
        await line.gone()
        gone.set()

    async with ScriptedProvider(script) as provider:
        pool = pool_of(provider)
        connection = await drive(pool.open(2.0))
        ended: list[BaseException | None] = []
        request = connection.request(b"POST / HTTP/1.1\r\n\r\n", b"", first_byte=2, idle=2)
        driver = Driver(request, ended.append)
        driver.start()
        await asyncio.sleep(0.01)
        driver.cancel(ClientGone())
        pool.release(connection)
        assert (pool.idle, pool.in_use) == (0, 0)
        await gone.wait()


async def test_a_closed_pool_keeps_nothing() -> None:
    """What is idle closes at once, what is in use when it comes back."""
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider)
        idle, busy = await used(pool), await used(pool)
        pool.release(idle)
        pool.close()
        assert (pool.idle, pool.in_use) == (0, 1)
        pool.release(busy)
        assert (pool.idle, pool.in_use) == (0, 0)
        await until(lambda: idle._transport is busy._transport is None)


async def test_a_failed_attempt_is_counted_by_its_code() -> None:
    """The metrics tell why connections fail."""
    async with ScriptedProvider(serving) as provider:
        pool = pool_of(provider)
    with pytest.raises(UpstreamError):
        await drive(pool.open(2.0))
    assert pool.connects == {"connection_refused": 1}
    assert pool.in_use == 0


async def test_a_client_that_leaves_while_connecting_leaves_nothing_behind() -> None:
    """The attempt is cancelled; a connection that was ready just then is closed."""
    async with ScriptedProvider(Line.gone) as provider:
        pool = pool_of(provider)
        ended: list[BaseException | None] = []

        async def work() -> None:
            await pool.open(2.0)

        for turns in range(6):
            driver = Driver(work(), ended.append)
            driver.start()
            for _ in range(turns):
                await asyncio.sleep(0)
            driver.cancel(ClientGone())
        await asyncio.sleep(0.02)
        abandoned = pool.connects["abandoned"]
        assert abandoned == sum(isinstance(error, ClientGone) for error in ended) >= 1
        assert pool.in_use == len(ended) - abandoned
        for connection in list(pool._busy):
            pool.discard(connection)
        await until(lambda: all(line.reader.at_eof() for line in provider.lines))
