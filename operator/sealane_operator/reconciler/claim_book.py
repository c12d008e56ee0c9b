"""Who claims what, over all routes: an index by pattern, so that 2,000 routes stay cheap.

Nothing here waits, so a route that is judged and entered in one go can never be accepted beside a rival.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sealane_operator.judgement.claims import Claimant, Standing, Subject, owner


@dataclass(slots=True)
class _Entry:
    """One route: how it stands to each pattern it claims, and the rule that claims it."""

    created: str
    standings: dict[Subject, tuple[Standing, str]] = field(default_factory=dict)

    def claimant(self, route: str, subject: Subject) -> Claimant:
        standing, rule = self.standings[subject]
        return Claimant(route, self.created, standing, rule)


class ClaimBook:
    """The claims of every route that is known; it holds as many entries as there are routes."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._by_subject: dict[Subject, frozenset[str]] = {}

    def owner(self, subject: Subject) -> Claimant | None:
        """Return the one route that a pattern belongs to."""
        routes = self._by_subject.get(subject, frozenset())
        return owner(self._entries[route].claimant(route, subject) for route in routes)

    def owner_for(self, asking: str, created: str, subject: Subject) -> Claimant:
        """Return whose a pattern would be if ``asking`` asked for it now; it may be its own already."""
        others = [
            self._entries[route].claimant(route, subject)
            for route in self._by_subject.get(subject, ())
            if route != asking
        ]
        entry = self._entries.get(asking)
        known = entry.standings.get(subject) if entry is not None else None
        standing = min(known[0], Standing.ASKS) if known is not None else Standing.ASKS
        mine = Claimant(asking, created, standing)
        return owner([mine, *others]) or mine

    def enter(self, route: str, created: str, standings: Mapping[Subject, tuple[Standing, str]]) -> frozenset[str]:
        """Replace what a route claims; return the routes that must be looked at again because of it."""
        entry = self._entries.get(route)
        before = entry.standings if entry is not None else {}
        after = dict(standings)
        self._entries[route] = _Entry(created, after)
        self._index(route, removed=before.keys() - after.keys(), added=after.keys() - before.keys())
        affected: set[str] = set()
        for subject, (standing, _rule) in before.items():
            now = after.get(subject)
            if now is None or now[0] > standing:
                affected |= self._heirs(route, subject, standing)
        return frozenset(affected)

    def forget(self, route: str) -> frozenset[str]:
        """A route is gone; return the routes that must be looked at again because of it."""
        affected = self.enter(route, "", {})
        self._entries.pop(route, None)
        return affected

    def knows(self, route: str) -> bool:
        """Tell whether a route was entered."""
        return route in self._entries

    def _heirs(self, route: str, subject: Subject, had: Standing) -> set[str]:
        """Return the other claimants. Where an owner lets go they all ask anew, so that the oldest gets it.

        Where one only stops asking they do not: two that are refused for other reasons would wake each other forever.
        """
        heirs = {
            other
            for other in self._by_subject.get(subject, ())
            if other != route and self._entries[other].standings[subject][0] > Standing.HOLDS
        }
        if had <= Standing.HOLDS:
            for other in heirs:
                standings = self._entries[other].standings
                standing, rule = standings[subject]
                standings[subject] = (min(standing, Standing.ASKS), rule)
        return heirs

    def _index(self, route: str, removed: Collection[Subject], added: Collection[Subject]) -> None:
        for subject in removed:
            left = self._by_subject.get(subject, frozenset()) - {route}
            if left:
                self._by_subject[subject] = left
            else:
                self._by_subject.pop(subject, None)
        for subject in added:
            self._by_subject[subject] = self._by_subject.get(subject, frozenset()) | {route}
