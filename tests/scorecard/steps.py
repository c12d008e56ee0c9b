"""What may happen in a case, one small step each. A step returns what was not as it must be, in words."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from sealane_cli.stub.faults import parse_faults
from tests.scorecard.ask import Ask, Gets
from tests.scorecard.judge import complaints_about
from tests.scorecard.received import Received
from tests.scorecard.world import World


class Step(Protocol):
    """Something that happens."""

    async def __call__(self, world: World) -> list[str]:
        """Let it happen; returns complaints."""
        ...


@dataclass(frozen=True, slots=True)
class Meets:
    """From now on every request at ``provider`` meets ``faults``, written as the header ``x-stub-fault`` is."""

    provider: str
    faults: str

    async def __call__(self, world: World) -> list[str]:
        """Arrange it."""
        world.stubs[self.provider].fault = parse_faults(self.faults.split(","))
        return []


@dataclass(frozen=True, slots=True)
class Script:
    """The next requests at ``provider`` meet these faults, one entry each (``""``: none)."""

    provider: str
    entries: tuple[str, ...]

    async def __call__(self, world: World) -> list[str]:
        """Arrange it."""
        world.stubs[self.provider].script = [parse_faults(entry.split(",")) for entry in self.entries]
        return []


@dataclass(frozen=True, slots=True)
class Asks:
    """A client asks; ``least`` and ``most`` are bounds of the time until the whole answer, in seconds."""

    ask: Ask
    gets: Gets
    least: float = 0.0
    most: float = 30.0

    async def __call__(self, world: World) -> list[str]:
        """Ask and judge."""
        received = await self.received(world)
        found = complaints_about(received, self.ask, self.gets)
        if not self.least <= received.seconds <= self.most:
            found.append(f"took {received.seconds:.2f} s, expected {self.least} to {self.most}")
        return found

    async def received(self, world: World) -> Received:
        """Ask, and remember that there was this exchange."""
        world.codes[self.gets.counted] += 1
        return await world.ask(self.ask.api, self.ask.model, stream=self.ask.stream)


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """While the provider still works on ``first``, a second client asks ``second``."""

    provider: str
    first: Asks
    second: Asks

    async def __call__(self, world: World) -> list[str]:
        """Ask both and judge both."""
        stub = world.stubs[self.provider]
        begun = asyncio.ensure_future(self.first(world))
        await until(lambda: stub.counters.in_flight > 0)
        found = await self.second(world)
        return await begun + found


@dataclass(frozen=True, slots=True)
class Waits:
    """Time passes."""

    seconds: float

    async def __call__(self, world: World) -> list[str]:
        """Sleep."""
        await asyncio.sleep(self.seconds)
        return []


@dataclass(frozen=True, slots=True)
class Breaks:
    """The providers go down: their ports refuse connections."""

    providers: tuple[str, ...]

    async def __call__(self, world: World) -> list[str]:
        """Close the stubs."""
        for provider in self.providers:
            await world.stubs[provider].close()
        return []


@dataclass(frozen=True, slots=True)
class Recovers:
    """The providers that went down are back on their ports."""

    providers: tuple[str, ...]

    async def __call__(self, world: World) -> list[str]:
        """Start the stubs again."""
        for provider in self.providers:
            await world.stubs[provider].start()
        return []


@dataclass(frozen=True, slots=True)
class Revokes:
    """``provider`` replaces its key; the gateway still has the old one."""

    provider: str

    async def __call__(self, world: World) -> list[str]:
        """Change what the stub accepts."""
        world.revoke(self.provider)
        return []


@dataclass(frozen=True, slots=True)
class Rotates:
    """The credential file of ``provider`` gets the key that it accepts by now."""

    provider: str

    async def __call__(self, world: World) -> list[str]:
        """Change the file, and wait until the gateway has noticed."""
        before = world.gateway.metric("sealane_config_reloads_total", kind="credentials")
        world.rotate(self.provider)
        seen = await until(lambda: world.gateway.metric("sealane_config_reloads_total", kind="credentials") > before)
        return [] if seen else ["the changed credential file was not noticed"]


@dataclass(frozen=True, slots=True)
class StateIs:
    """The breaker of ``provider`` is in ``state`` now."""

    provider: str
    state: str

    async def __call__(self, world: World) -> list[str]:
        """Look."""
        state = world.breaker(self.provider)
        return [] if state == self.state else [f"breaker of {self.provider}: {state}, expected {self.state}"]


@dataclass(frozen=True, slots=True)
class Becomes:
    """Time passes until the breaker of ``provider`` is in ``state``."""

    provider: str
    state: str

    async def __call__(self, world: World) -> list[str]:
        """Wait."""
        became = await until(lambda: world.breaker(self.provider) == self.state)
        return [] if became else [f"breaker of {self.provider}: {world.breaker(self.provider)}, never {self.state}"]


@dataclass(frozen=True, slots=True)
class Opened:
    """``provider`` has seen so many connections in all."""

    provider: str
    count: int

    async def __call__(self, world: World) -> list[str]:
        """Look."""
        count = world.stubs[self.provider].counters.connections_opened
        return [] if count == self.count else [f"{count} connections to {self.provider}, expected {self.count}"]


@dataclass(frozen=True, slots=True)
class Plays:
    """Something of this row alone."""

    play: Callable[[World], Awaitable[list[str]]]

    async def __call__(self, world: World) -> list[str]:
        """Let it happen."""
        return await self.play(world)


async def until(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Wait until something has become true; False when it has not within ``seconds``."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.002)
    return True
