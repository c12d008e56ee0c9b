"""What is said to a router and what it answers, as bytes: bounded both ways, checked before anything is made of it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from sealane_api.report import LATENCY_BOUNDS, MAX_POLLED_ROUTES, CandidateLease, Figures, RouterReport

#: Bytes that a router's admin port takes as a poll; one that is longer is refused.
POLL_LIMIT = 1024 * 1024

#: Bytes of an answer that are read: 2,000 routes of common size have 2 MB.
ANSWER_LIMIT = 16 * 1024 * 1024

_REPORT = TypeAdapter(RouterReport)
_BUCKETS = len(LATENCY_BOUNDS) + 1
#: What a poll has around its lists, and a lease around its route.
_FRAME, _AROUND_LEASE, _AROUND_ROUTE = 512, 48, 3


class BadReportError(ValueError):
    """An answer that is no report; the text says how, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class ComposedPoll:
    """A poll, ready to send; ``left_out`` routes had no room in it."""

    body: bytes
    left_out: int = 0


def compose(
    operator: str, candidates: Iterable[CandidateLease], routes: Iterable[str], *, full: bool = False
) -> ComposedPoll:
    """Write a poll that names as many as may be named, candidates first.

    A candidate that finds no room loses its lease: its route is served by stable alone, which is safe.
    """
    room = _Room()
    leases = [
        {"route": lease.route, "revision": lease.revision, "weight": lease.weight}
        for lease in candidates
        if room.takes(lease.route, _AROUND_LEASE)
    ]
    named = [route for route in routes if room.takes(route, _AROUND_ROUTE)]
    poll = {"operator": operator, "candidates": leases, "routes": named, "full": full}
    return ComposedPoll(json.dumps(poll, separators=(",", ":")).encode("ascii"), room.left_out)


class _Room:
    """How much a poll still has room for."""

    def __init__(self) -> None:
        self._routes = MAX_POLLED_ROUTES
        self._bytes = POLL_LIMIT - _FRAME
        self.left_out = 0

    def takes(self, route: str, around: int) -> bool:
        size = len(route) + around
        if self._routes < 1 or self._bytes < size:
            self.left_out += 1
            return False
        self._routes -= 1
        self._bytes -= size
        return True


def read_report(data: bytes) -> RouterReport:
    """Return the report that an answer is; members that this version does not know are left out.

    Raises BadReportError.
    """
    try:
        report = _REPORT.validate_json(data, strict=True)
    except ValidationError as error:
        raise BadReportError(f"this is no report: {error.error_count()} mistakes") from None
    if not report.process:
        raise BadReportError("this is no report: it names no process")
    if any(len(figures.latency) != _BUCKETS for figures in _figures(report)):
        raise BadReportError(f"this is no report: latencies have not {_BUCKETS} buckets")
    return report


def _figures(report: RouterReport) -> Iterator[Figures]:
    yield report.totals
    for route in report.routes.values():
        for arm in (route.stable, route.candidate):
            if arm is not None:
                yield arm.figures
