"""``make bench-store``: the investigator's store on PostgreSQL with a million occurrences.

Every query of the API is asked 200 times with other arguments each time; printed are the times as a caller sees them,
and the plan of the last one. Then batches are counted into the same tables. ``--plans`` prints whole plans.
"""

import argparse
import asyncio
import itertools
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.store_rows import INCIDENTS, SAMPLES_EACH, fill, sample
from sealane_investigator.incident.incident import State
from sealane_investigator.interfaces import Deed, Query
from sealane_investigator.settings.database import DatabaseSettings
from sealane_investigator.store.database import Database, open_database
from sealane_investigator.store.migration import migrate
from sealane_investigator.store.store import SqlStore
from tests.support.postgres import Postgres

TIMES = 200
#: What the issue allows, in milliseconds at the 95th percentile.
ALLOWED = 100.0

Ask = Callable[[], Awaitable[object]]


class Plans:
    """Remembers the statements of a query, and explains them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.statements: list[tuple[str, Any]] = []
        event.listen(engine.sync_engine, "before_cursor_execute", self._remember)

    def _remember(self, _connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith("EXPLAIN"):
            self.statements.append((statement, parameters))

    def explained(self, connection: Connection) -> list[str]:
        """The plan of each statement that was remembered."""
        lines: list[str] = []
        for statement, parameters in list(self.statements):
            if statement.startswith(("SELECT", "WITH")):
                rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
                lines += [str(row[0]) for row in rows]
        return lines


def queries(store: SqlStore, at: float, rng: random.Random) -> dict[str, Ask]:
    """Every query of the API, each with arguments that differ from call to call."""

    def number() -> int:
        return rng.randint(1, INCIDENTS)

    def page(**wanted: Any) -> Ask:
        return lambda: store.incidents(Query(**wanted))

    async def deep() -> None:
        """The page after one that begins in the middle."""
        first = await store.incidents(Query(until=at - rng.randint(0, INCIDENTS) * 60, limit=5))
        await store.incidents(Query(after=first.next))

    return {
        "page, newest": page(),
        "page, most counted": page(sort="count"),
        "page, first seen": page(sort="first_seen", limit=200),
        "page, in the middle": deep,
        "page, open": page(states=(State.OPEN, State.REGRESSED, State.ESCALATING)),
        "page, open by count": page(states=(State.OPEN,), sort="count"),
        "page, by class": page(classes=("auth_invalid_key",)),
        "page, unsure": page(unsure=True),
        "page, facet": lambda: store.incidents(Query(facets={"tenant": f"tenant-{rng.randint(0, 499)}"})),
        "page, two facets": lambda: store.incidents(
            Query(facets={"tenant": f"tenant-{rng.randint(0, 499)}", "route": f"team-{rng.randint(0, 39)}/chat"})
        ),
        "page, facet of all": page(facets={"provider": "moonshot"}, states=(State.OPEN,)),
        "page, rare text": lambda: store.incidents(Query(text=f"{rng.randint(0, 0xFFFFF):05x}")),
        "page, absent text": page(text="nowhere to be found"),
        "page, common text": page(text="limit wording"),
        "page, all at once": lambda: store.incidents(
            Query(text="limit", facets={"tenant": f"tenant-{rng.randint(0, 499)}"}, states=(State.OPEN,), sort="count")
        ),
        "incident": lambda: store.incident(number()),
        "facets": lambda: store.facets(number()),
        "timeline, 7 days": lambda: store.timeline(number(), 168),
        "occurrences": lambda: store.occurrences(number(), 50),
        "history": lambda: store.history(number(), 50),
        "changes, 500": lambda: store.changes(rng.randint(0, 99_000), 500),
        "waiting": lambda: store.waiting(50),
        "backlog": store.backlog,
        "facts": lambda: store.noted(at - 86_400, at, None),
        "deed, 50 incidents": lambda: store.act([number() for _ in range(50)], Deed.ASSIGN, "ada", {"assignee": "b"}),
        "claim": lambda: store.claim("replica", 0.0, 10),
    }


async def measured(name: str, ask: Ask, plans: Plans, database: Database, *, whole: bool) -> float:
    """Print the times of a query and its plan; return the 95th percentile in milliseconds."""
    await ask()
    times = []
    for _ in range(TIMES):
        plans.statements.clear()
        begun = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    p95 = times[int(TIMES * 0.95)]
    print(f"{name:22} p50 {times[TIMES // 2]:7.2f} ms   p95 {p95:7.2f} ms   max {times[-1]:7.2f} ms")
    for line in await database.read(plans.explained):
        if whole or "Scan" in line:
            print(f"    {line.strip()[:150]}")
    return p95


async def counted(store: SqlStore, at: float, kinds: int, size: int, batches: int) -> None:
    """Count batches of events of so many kinds; print the rate and what one event costs."""
    numbers = itertools.count(kinds * 10_000_000)
    work = [[sample(next(numbers), kinds * 1000 + j % kinds, at) for j in range(size)] for _ in range(batches)]
    times = []
    cpu = time.process_time()
    for batch in work:
        begun = time.perf_counter()
        await store.record(batch, {})
        times.append(time.perf_counter() - begun)
    cpu = (time.process_time() - cpu) / (size * batches)
    times.sort()
    rate = size * batches / sum(times)
    middle, slow = times[batches // 2] * 1000, times[int(batches * 0.99)] * 1000
    print(f"{kinds:4} kinds in batches of {size}: {rate:.0f} events/s, {cpu * 1e6:.0f} µs of CPU an event", end="; ")
    print(f"a batch takes {middle:.1f} ms, at p99 {slow:.1f} ms")


async def run(url: str, *, whole: bool) -> int:
    """Fill, ask, count; return how many queries were slower than allowed."""
    at = time.time()
    database = open_database(replace(DatabaseSettings(), database=url, statement_timeout=600.0))
    store = SqlStore(database, DatabaseSettings())
    await migrate(database)
    begun = time.perf_counter()
    await database.write(lambda to: fill(to, at))
    print(
        f"{INCIDENTS * SAMPLES_EACH:,} occurrences of {INCIDENTS:,} incidents in {time.perf_counter() - begun:.0f} s\n"
    )
    plans = Plans(database._engine)
    slow = 0
    for name, ask in queries(store, at, random.Random(1)).items():
        slow += await measured(name, ask, plans, database, whole=whole) > ALLOWED
    print(f"\n{slow} of them above {ALLOWED:g} ms at p95\n")
    for kinds, size in ((1, 100), (1, 500), (20, 100), (200, 500)):
        await counted(store, at, kinds, size, 60)
    await store.close()
    return slow


def main() -> int:
    """Run on a server of our own; return 1 when a query was too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", action="store_true", help="print whole plans, not only their scans")
    arguments = parser.parse_args()
    with Postgres(durable=True, settings={"shared_buffers": "256MB"}) as server:
        return 1 if asyncio.run(run(server.url, whole=arguments.plans)) else 0


if __name__ == "__main__":
    sys.exit(main())
