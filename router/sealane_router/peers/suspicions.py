"""Critical rules that can reach none of their providers here: since when, and what peers say."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from .evidence import PeerEvidence
from .times import PeerTimes

#: Suspicions held at once; the first ones are as good a reason to leave as all of them.
MAX_SUSPICIONS = 256

#: ``namespace/name`` of the route, and the rule's name.
RuleKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outage:
    """A rule of which no provider's breaker is closed here.

    ``refusing`` is whether every breaker would refuse an exchange now; otherwise a probe would be admitted.
    ``last_success`` is when an exchange with one of the providers last ended well, None when none did.
    """

    key: RuleKey
    providers: tuple[str, ...]
    refusing: bool
    last_success: float | None


@dataclass(slots=True)
class Suspicion:
    """An outage that has lasted since ``begun`` without a success.

    ``local_since`` is since when peers have shown at every look that a provider works, None when they do not now;
    ``shown_at`` is when they last did. ``closed`` and ``open`` count peers. ``jitter`` is added to how long it lasts.
    """

    outage: Outage
    begun: float
    refused_at: float
    jitter: float
    local_since: float | None = None
    shown_at: float = -math.inf
    closed: int = 0
    open: int = 0

    def is_fault(self, now: float, lasting: float) -> bool:
        """Whether this is a local fault that has lasted so long, and shows at this moment."""
        return self.outage.refusing and self.local_since is not None and now - self.local_since >= lasting + self.jitter


class Suspicions:
    """Follows outages from look to look; iterating gives the suspicions, oldest first."""

    def __init__(self, times: PeerTimes, random: Callable[[], float]) -> None:
        self._times = times
        self._random = random
        self._all: dict[RuleKey, Suspicion] = {}
        self._asked = 0

    def __iter__(self) -> Iterator[Suspicion]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def get(self, key: RuleKey) -> Suspicion | None:
        """The suspicion about a rule, None when there is none."""
        return self._all.get(key)

    def clear(self) -> None:
        """Begin anew: a fault has to last its whole time again."""
        self._all.clear()

    def look(
        self, outages: Iterable[Outage], evidence: PeerEvidence, now: float, held: Collection[RuleKey] = ()
    ) -> None:
        """Take the outages that there are now, all of them, and what peers say of them.

        A breaker that nobody probes ends the suspicion after a while, unless the rule is ``held``.
        """
        seen = {outage.key: outage for outage in outages}
        for key, suspicion in list(self._all.items()):
            outage = seen.get(key)
            if outage is None or self._is_over(suspicion, outage, now, held=key in held):
                del self._all[key]
        for key, outage in seen.items():
            known = self._all.get(key)
            if known is not None:
                known.outage = outage
                known.refused_at = now if outage.refusing else known.refused_at
            elif outage.refusing and len(self._all) < MAX_SUSPICIONS:
                jitter = self._times.jitter * self._random()
                self._all[key] = Suspicion(outage, begun=now, refused_at=now, jitter=jitter)
        for suspicion in self._all.values():
            _weigh(suspicion, evidence, now)

    def routes(self, most: int) -> tuple[str, ...]:
        """Up to ``most`` routes to ask peers about: those that peers showed to work, then the others in turn.

        A fault must be shown at every look, so what was found once is asked about again; the rest of the places
        goes round.
        """
        shown = dict.fromkeys(each.outage.key[0] for each in self if each.local_since is not None)
        others = [route for route in dict.fromkeys(each.outage.key[0] for each in self) if route not in shown]
        chosen = list(shown)[:most]
        places = min(most - len(chosen), len(others))
        if places > 0:
            start = self._asked % len(others)
            chosen += (others + others)[start : start + places]
            self._asked = start + places
        return tuple(chosen)

    def _is_over(self, suspicion: Suspicion, outage: Outage, now: float, *, held: bool) -> bool:
        if outage.last_success is not None and outage.last_success >= suspicion.begun:
            return True
        return not held and not outage.refusing and now - suspicion.refused_at > self._times.unprobed


def _weigh(suspicion: Suspicion, evidence: PeerEvidence, now: float) -> None:
    (route, _), providers = suspicion.outage.key, suspicion.outage.providers
    suspicion.closed = evidence.closed_at(route, providers, now)
    suspicion.open = evidence.open_at(route, providers, now)
    if suspicion.closed:
        suspicion.shown_at = now
        if suspicion.local_since is None:
            suspicion.local_since = now
    else:
        suspicion.local_since = None
