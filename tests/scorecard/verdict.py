"""Runs a case and says what was seen, and what of it was not as it must be."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.scorecard.row import Case, Results
from tests.scorecard.steps import until
from tests.scorecard.world import World, world


@dataclass(frozen=True, slots=True)
class Verdict:
    """``seen`` is the case in short, ``complaints`` are empty when it passed."""

    seen: str
    complaints: tuple[str, ...]


async def judged(case: Case) -> Verdict:
    """Run ``case`` in a world of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with world(case.setup, Path(folder)) as made:
            complaints = [f"{what.lower()}: {text}" for what, text in await _played(case, made)]
            await until(lambda: not list(_leaks(made)))
            complaints += [*_wrong(case, made), *_leaks(made), *_strays(made)]
            return Verdict(_seen(made), tuple(complaints))


async def _played(case: Case, made: World) -> list[tuple[str, str]]:
    found = []
    for number, step in enumerate(case.steps, start=1):
        found += [(f"step {number}, {type(step).__name__}", text) for text in await step(made)]
    return found


def _wrong(case: Case, made: World) -> Iterator[str]:
    """What the metrics, the stubs and the breakers say, against what the case expects."""
    codes = {(code,): float(count) for code, count in made.codes.items()}
    pairs: list[tuple[str, object, object]] = [("exchanges", made.by_labels("sealane_exchanges_total", "code"), codes)]
    pairs += [(metric, made.by_labels(metric).get((), 0.0), value) for metric, value in case.series.items()]
    for name in made.stubs:
        pairs += [
            (f"breaker of {name}", made.breaker(name), case.breakers.get(name, "closed")),
            (f"{name} parked", made.runtime(name).gate.parked, name in case.parked),
        ]
    if case.results is not None:
        pairs += _attempts(case, case.results, made)
    for what, seen, wanted in pairs:
        if seen != wanted:
            yield f"{what}: {seen}, expected {wanted}"


def _attempts(case: Case, results: Results, made: World) -> list[tuple[str, object, object]]:
    wanted = {
        (provider, result): float(count)
        for provider, tried in results.items()
        for result, count in Counter(tried).items()
    }
    pairs: list[tuple[str, object, object]] = [
        ("attempts", made.by_labels("sealane_attempts_total", "provider", "result"), wanted)
    ]
    for name, stub in made.stubs.items():
        behind_door = case.setup.door is not None and name == "moonshot"
        expected = 0 if behind_door else len(results.get(name, ()))
        reached = case.reached.get(name, expected)
        if reached is not None:
            pairs.append((f"requests at {name}", stub.counters.total, reached))
    return pairs


def _leaks(made: World) -> Iterator[str]:
    """What must have been given back when no exchange runs."""
    traffic = made.gateway.gateway.traffic
    counts = {
        "exchanges under way": traffic.exchanges,
        "buffered bytes": traffic.memory.used,
        "exchanges in flight": made.gateway.metric("sealane_in_flight_exchanges"),
    }
    for name, stub in made.stubs.items():
        runtime = made.runtime(name)
        counts[f"slots at {name}"] = runtime.gate.in_use
        counts[f"busy connections to {name}"] = runtime.client.pool.in_use
        counts[f"requests under way at {name}"] = stub.counters.in_flight
        counts[f"connections to {name} that nobody holds"] = stub.counters.connections_open - runtime.client.pool.idle
    yield from (f"{what}: {count:g}, expected 0" for what, count in counts.items() if count)


def _strays(made: World) -> Iterator[str]:
    """The alarm: a key or a model at a foreign provider."""
    for name, stub in made.stubs.items():
        if stub.cross_routed:
            yield f"{stub.cross_routed} requests were meant for another provider than {name}"


def _seen(made: World) -> str:
    """The last answer, all attempts, and what is not as it was at the beginning."""
    attempts = made.by_labels("sealane_attempts_total", "provider", "result")
    tried = ", ".join(f"{provider} {result} × {count:g}" for (provider, result), count in sorted(attempts.items()))
    states = {name: made.breaker(name) for name in made.stubs}
    tripped = ", ".join(f"{name} {state}" for name, state in states.items() if state != "closed")
    parked = ", ".join(f"{name} parked" for name in made.stubs if made.runtime(name).gate.parked)
    return "; ".join(part for part in (_answer(made), tried or "no attempt", tripped, parked) if part)


def _answer(made: World) -> str:
    last = made.last
    if last is None:
        return ", ".join(made.codes)
    return f"{last.status} {last.error().get('code') or ('ok' if last.whole else 'cut')}"
