"""The route table of what was chosen. Whatever routes do to each other, a table comes out.

A text that several routes claim is served by the oldest of them. Regexes that take too much memory together are left
out, the most recently changed first, until the rest fits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sealane_api.compilation import table_hash
from sealane_api.route_table import PatternKind, Route, RouteTable
from sealane_router.routing.claims import MatcherError
from sealane_router.routing.matcher import Matcher

from .choice import Arms

#: Makes the matcher of a table out of the one in force; raises MatcherError.
Make = Callable[[RouteTable], Matcher]


@dataclass(frozen=True, slots=True)
class Assembly:
    """A matcher, the arms that it serves, and why some are not what was chosen or do not have all that they claim."""

    matcher: Matcher
    arms: Mapping[str, Arms]
    problems: Mapping[str, str]


def table_of(arms: Mapping[str, Arms]) -> RouteTable:
    """The table of these arms, conflicts and all."""
    ordered = [arms[key] for key in sorted(arms)]
    routes = tuple(each.stable.route for each in ordered)
    candidates = tuple(each.candidate.route for each in ordered if each.candidate is not None)
    return RouteTable(routes, table_hash(routes), candidates)


def assemble(chosen: Mapping[str, Arms], served: Mapping[str, Arms], make: Make) -> Assembly:
    """Make the matcher of ``chosen``, or of as much of it as fits; ``served`` is what fitted before."""
    try:
        matcher, arms, problems = make(table_of(chosen)), chosen, dict[str, str]()
    except MatcherError as error:
        matcher, arms, kept_back = _fitting(chosen, served, make)
        problems = dict.fromkeys(kept_back, f"the route is not served as it is now: {error}")
    for owner, rival in matcher.claims.contested():
        text = f"{rival.pattern.kind} {rival.pattern.text[:100]}"
        problems.setdefault(rival.route.key, f"{text} belongs to the older route {owner.route.key}")
    return Assembly(matcher, arms, problems)


def _fitting(
    chosen: Mapping[str, Arms], served: Mapping[str, Arms], make: Make
) -> tuple[Matcher, Mapping[str, Arms], list[str]]:
    """The matcher of as many changed routes as fit, the oldest first; the others stay as they are served."""
    changed = [key for key, arms in chosen.items() if served.get(key) is not arms and _has_regex(arms)]
    changed.sort(key=lambda key: _age(chosen[key].stable.route))

    def attempt(count: int) -> tuple[Matcher, Mapping[str, Arms]] | None:
        arms = dict(chosen)
        for key in changed[count:]:
            if key in served:
                arms[key] = served[key]
            else:
                del arms[key]
        try:
            return make(table_of(arms)), arms
        except MatcherError:
            return None

    fits, beyond, best = 0, len(changed), attempt(0)
    while best is not None and beyond - fits > 1:
        middle = (fits + beyond) // 2
        found = attempt(middle)
        if found is None:
            beyond = middle
        else:
            fits, best = middle, found
    if best is None:
        raise MatcherError("what was served a moment ago cannot be served any more")
    return best[0], best[1], changed[fits:]


def _has_regex(arms: Arms) -> bool:
    routes = (arms.stable.route, *(() if arms.candidate is None else (arms.candidate.route,)))
    return any(pattern.kind is PatternKind.REGEX for each in routes for rule in each.rules for pattern in rule.patterns)


def _age(route: Route) -> tuple[bool, str, str]:
    return (not route.created, route.created, route.key)
