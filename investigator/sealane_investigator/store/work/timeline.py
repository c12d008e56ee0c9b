"""What the gateway did: revisions that began to serve, breakers that opened, kept for the timeline."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from sealane_investigator.incident.facts import BreakerChange, Facts, RevisionChange
from sealane_investigator.store.dialect import insert
from sealane_investigator.store.rows import encoded, storable
from sealane_investigator.store.schema import facts

MAX_FACTS = 1_000

_revisions = msgspec.json.Decoder(RevisionChange)
_breakers = msgspec.json.Decoder(BreakerChange)


def note(connection: Connection, changes: Sequence[RevisionChange | BreakerChange]) -> None:
    """Keep changes; one that several replicas saw is kept once."""
    rows = {_key(change): change for change in changes}
    values = [
        {
            "key": key,
            "kind": "revision" if isinstance(change, RevisionChange) else "breaker",
            "route": storable(change.route),
            "at": change.at,
            "body": encoded(change),
        }
        for key, change in sorted(rows.items())
    ]
    if values:
        connection.execute(insert(connection, facts).on_conflict_do_nothing(), values)


def noted(connection: Connection, since: float, until: float, route: str | None, at: float) -> Facts:
    """The newest changes of a time, oldest first."""
    query = select(facts.c.kind, facts.c.body).where(facts.c.at >= since, facts.c.at < until)
    if route is not None:
        query = query.where(facts.c.route == route)
    rows = connection.execute(query.order_by(facts.c.at.desc(), facts.c.key).limit(MAX_FACTS)).all()
    rows = rows[::-1]
    return Facts(
        at=at,
        revisions=tuple(_revisions.decode(body) for kind, body in rows if kind == "revision"),
        breakers=tuple(_breakers.decode(body) for kind, body in rows if kind == "breaker"),
    )


def _key(change: RevisionChange | BreakerChange) -> str:
    """One revision of a route begins once; a breaker changes when it does."""
    if isinstance(change, RevisionChange):
        return storable(f"revision {change.route} {change.revision}")
    return storable(f"breaker {change.route} {change.provider} {change.router} {change.after} {change.at:.3f}")
