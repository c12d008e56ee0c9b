"""The times of this package, together, because they only make sense together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PeerTimes:
    """All in seconds; the defaults are the design's, tests bring shorter ones."""

    #: Between two rounds of questions.
    interval: float = 2.0
    #: For one peer's whole answer.
    answer: float = 1.0
    #: How old a report may be to count.
    fresh: float = 10.0
    #: How long ago a peer's last success may be to show that the provider works.
    success: float = 30.0
    #: How long a fault lasts without a break before the router leaves.
    fault: float = 30.0
    #: Drawn from nothing up to this, and added: routers that lost the same link do not all move at the same moment.
    jitter: float = 5.0
    #: A breaker that nobody probes for so long is not called open any more.
    unprobed: float = 10.0
    #: The shortest time away.
    away: float = 30.0
    #: Between head counts while away, and before another attempt to leave.
    recount: float = 10.0
    #: Between two looks at the addresses behind the names.
    resolve: float = 5.0


#: What every router outside a test has.
USUAL_TIMES = PeerTimes()
