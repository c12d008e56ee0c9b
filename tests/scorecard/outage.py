"""What happens in the rows about outages, where one request is not enough."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from sealane_cli.stub.faults import Fault
from sealane_router.aio.tasks import spawn
from tests.scorecard.received import Received
from tests.scorecard.steps import until
from tests.scorecard.world import World
from tests.support.waiting import promptly

#: Requests that a dead provider may see of the hundred after its breaker opened.
_MOST_PROBES = 4


async def hundred_requests(world: World) -> list[str]:
    """Ask until Moonshot's breaker opens, then a hundred times within a second or two."""
    moonshot = world.stubs["moonshot"].counters
    while world.breaker("moonshot") != "open":
        await _asked(world)
    before = moonshot.total
    answers: Counter[str] = Counter()
    for _ in range(100):
        received = await _asked(world)
        answers[f"{received.status} {received.error().get('code', 'ok')}"] += 1
        await asyncio.sleep(0.01)
    probes = moonshot.total - before
    found = [] if probes <= _MOST_PROBES else [f"the dead provider saw {probes} of 100 requests"]
    if world.runtime("moonshot").gate.breaker_state(time.monotonic()) == "half_open":
        await _asked(world)  # so that the case ends in the state that the outage has
    good = answers["200 ok"] == 100 or answers["503 provider_unavailable"] + probes == 100
    return found if good else [*found, f"100 answers: {dict(answers)}"]


def many(count: int, status: int) -> Callable[[World], Awaitable[list[str]]]:
    """``count`` clients, one after the other, who must all get ``status``."""

    async def play(world: World) -> list[str]:
        seen = Counter([(await _asked(world)).status for _ in range(count)])
        return [] if seen == {status: count} else [f"statuses: {dict(seen)}, expected {count} times {status}"]

    return play


async def sick(world: World) -> list[str]:
    """Moonshot's health check fails, and that alone opens the breaker; then it passes again, which closes nothing."""
    moonshot = world.stubs["moonshot"]
    moonshot.fault_for(lambda request: request.path.endswith("/models"), Fault("status", 503))
    opened = await until(lambda: world.breaker("moonshot") == "open")
    moonshot.clear_faults()
    passed = _checks_passed(world)
    again = await until(lambda: _checks_passed(world) > passed)
    return [] if opened and again else [f"breaker opened: {opened}, check passed again: {again}"]


async def leaves(world: World) -> list[str]:
    """A client leaves while Moonshot says nothing; the provider must see its request end at once."""
    stub = world.stubs["moonshot"]
    world.codes["client_gone"] += 1
    asking = spawn(_ask_and_forget(world), name="client that leaves")
    await until(lambda: stub.counters.in_flight > 0)
    asking.cancel()
    seen = await promptly(lambda: stub.counters.in_flight == 0, within=0.1)
    return [] if seen else ["the provider had not seen its request end after 100 ms"]


def _checks_passed(world: World) -> float:
    return world.by_labels("sealane_health_checks_total", "provider", "result").get(("moonshot", "ok"), 0.0)


async def _ask_and_forget(world: World) -> None:
    await world.ask("chat/completions", "kimi-k3", stream=True)


async def _asked(world: World) -> Received:
    received = await world.ask("chat/completions", "kimi-k3", stream=False)
    world.codes[str(received.error().get("code") or "ok")] += 1
    return received
