"""What ``/readyz?verbose`` says: which rule, which providers, what peers see, and what follows from it."""

from collections.abc import Iterable

from .departure import Departure
from .suspicions import Suspicion

#: Rules that are named; the rest is counted.
_NAMED = 3


def problem(departure: Departure, fresh: int, now: float) -> str | None:
    """Why a router that left is unready; ``fresh`` is how many peers have a report that counts."""
    if departure.standing != "left":
        return None
    causes = [each for each in departure.suspicions if each.outage.key in departure.causes]
    return f"{_told(causes, fresh, now)}; left {now - departure.left_at:.0f} s ago"


def advice(departure: Departure, fresh: int, now: float) -> str | None:
    """What outages there are at a router that is in the Service all the same, and why it is."""
    if departure.standing == "left" or not len(departure.suspicions):
        return None
    withheld = f"; stays: {departure.withheld}" if departure.withheld is not None else ""
    return _told(departure.suspicions, fresh, now) + withheld


def _told(suspicions: Iterable[Suspicion], fresh: int, now: float) -> str:
    texts = [_of_rule(each, fresh, now) for each in suspicions]
    more = [f"and {len(texts) - _NAMED} more rules"] if len(texts) > _NAMED else []
    return "; ".join(texts[:_NAMED] + more)


def _of_rule(suspicion: Suspicion, fresh: int, now: float) -> str:
    (route, rule), providers = suspicion.outage.key, ", ".join(suspicion.outage.providers)
    here = f"rule {rule} of {route}: {providers} open here for {now - suspicion.begun:.0f} s"
    if suspicion.closed:
        return f"{here} and closed at {suspicion.closed} of {fresh} peers, a local fault"
    if suspicion.open:
        return f"{here} and on its peers ({suspicion.open} of {fresh}): ready all the same"
    if fresh:
        return f"{here}, and none of {fresh} peers has had a success lately: ready all the same"
    return f"{here}, and no peer has a fresh report: ready all the same"
