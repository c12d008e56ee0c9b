"""What to serve of what is known: pure, and the same answer for the same knowledge.

A route keeps what it has until something better is there whole. Its two arms are judged one after the other: a
candidate is served only beside the very stable revision that the status points at, and whatever is wrong with it never
touches stable.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sealane_api.report import KEYLESS_PROBLEM

from .pointers import Pointer, RoutePointers
from .revisions import Revision, Wanted, wanted_by
from .secrets import AWAITED, Need, SecretName, SecretState


@dataclass(frozen=True, slots=True)
class Arms:
    """What is served of one route."""

    stable: Revision
    candidate: Revision | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known: ``routes`` and ``served`` by ``namespace/name``.

    ``unlisted`` are the namespaces of which the API has not said yet which routes there are (``None`` among them: all).
    """

    routes: Mapping[str, RoutePointers]
    revisions: Mapping[Wanted, Revision | str]
    secrets: Mapping[SecretName, SecretState]
    served: Mapping[str, Arms] = field(default_factory=dict)
    unlisted: frozenset[str | None] = frozenset()


@dataclass(slots=True)
class Choice:
    """What to serve, why that is not all that the statuses point at, and what else to ask for.

    ``awaited`` are routes of which nothing is served before an answer that is under way.
    """

    arms: dict[str, Arms] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    wanted: set[Wanted] = field(default_factory=set)
    secrets: set[SecretName] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)


def weights_of(routes: Iterable[RoutePointers]) -> dict[str, tuple[int, int]]:
    """Route -> revision and weight of its candidate, as the statuses say: for the leases."""
    return {route.key: (route.candidate.number, route.weight) for route in routes if route.candidate is not None}


def choose(known: Known) -> Choice:
    """Decide on every route."""
    choice = Choice()
    for key, route in known.routes.items():
        arms = known.served.get(key)
        if arms is not None and _is_all_of(route, arms):
            choice.arms[key] = arms
            choice.wanted.add(arms.stable.wanted)
            choice.secrets |= arms.stable.secrets
        else:
            _RouteChoice(known, route, choice).decide(key)
    for key, arms in known.served.items():
        namespace = key.partition("/")[0]
        if key not in choice.arms and key not in known.routes and known.unlisted & {None, namespace}:
            choice.arms[key] = arms
            choice.secrets |= arms.stable.secrets
    lacks = _Lacks(known.secrets)
    for key, arms in choice.arms.items():
        lack = None if key in choice.problems else lacks.of(arms.stable)
        if lack is not None:
            choice.problems[key] = f"revision {arms.stable.wanted.number} {KEYLESS_PROBLEM}: {lack}"
    return choice


class _Lacks:
    """What revisions lack for certain; a key that many of them need is looked at once."""

    def __init__(self, secrets: Mapping[SecretName, SecretState]) -> None:
        self._secrets = secrets
        self._known: dict[tuple[str, str, str, int], str | None] = {}

    def of(self, revision: Revision) -> str | None:
        """The first lack; None while nothing is lacking, or an answer is awaited."""
        namespace = revision.wanted.namespace
        for need in revision.needs:
            reference = need.reference
            key = (namespace, reference.name, reference.key, need.kind.limit)
            if key not in self._known:
                state = self._secrets.get((namespace, reference.name), AWAITED)
                self._known[key] = need.lack(state) if state.is_answered else None
            if (lack := self._known[key]) is not None:
                return lack
        return None


def _is_all_of(route: RoutePointers, arms: Arms) -> bool:
    """Whether a route has no candidate and is served just so, as nearly all of thousands are at each look."""
    pointer = route.stable
    if pointer is None or route.candidate is not None or arms.candidate is not None:
        return False
    return arms.stable.wanted == (route.namespace, route.name, route.uid, route.created, pointer.number, pointer.hash)


class _RouteChoice:
    """One route: what it has, what its status points at, and what becomes of both."""

    def __init__(self, known: Known, route: RoutePointers, choice: Choice) -> None:
        self._known = known
        self._route = route
        self._choice = choice
        self._served = known.served.get(route.key)
        self._awaits = False
        self._problem = route.problem

    def decide(self, key: str) -> None:
        choice = self._choice
        stable, is_pointed = self._stable()
        if stable is not None:
            candidate = self._candidate(stable) if is_pointed else None
            before = self._served
            if before is not None and before.stable is stable and before.candidate is candidate:
                choice.arms[key] = before  # the same object, so that a swap is cheap
            else:
                choice.arms[key] = Arms(stable, candidate)
            choice.secrets |= stable.secrets
            if candidate is not None:
                choice.secrets |= candidate.secrets
        elif self._awaits:
            choice.awaited.add(key)
        if self._problem is not None:
            choice.problems[key] = self._problem

    def _stable(self) -> tuple[Revision | None, bool]:
        """What to serve, and whether the status points at it."""
        before = None if self._served is None else self._served.stable
        pointer = self._route.stable
        if pointer is None:
            if before is not None and self._problem is None:
                self._problem = f"the route's status points at nothing; revision {before.wanted.number} stays"
            return before, False
        found = self._found(pointer)
        if found is None:
            return before, False
        if self._served is not None and found in {self._served.stable, self._served.candidate}:
            return found, True
        reason = self._unmet(found, beside=before)
        # Better all of the route but one provider than nothing of it; its credential says what is wrong.
        if reason is None or (before is None and self._is_answered(found)):
            return found, True
        if reason:
            self._note(f"revision {found.wanted.number} is not served: {reason}")
        self._awaits = True
        return before, False

    def _candidate(self, stable: Revision) -> Revision | None:
        pointer = self._route.candidate
        if pointer is None or wanted_by(self._route, pointer) == stable.wanted:
            return None
        found = self._found(pointer)
        if found is None or (self._served is not None and found is self._served.candidate):
            return found
        reason = self._unmet(found, beside=stable)
        if reason:
            self._note(f"candidate {found.wanted.number} is not served: {reason}")
        return found if reason is None else None

    def _found(self, pointer: Pointer) -> Revision | None:
        wanted = wanted_by(self._route, pointer)
        self._choice.wanted.add(wanted)
        for mine in () if self._served is None else (self._served.stable, self._served.candidate):
            if mine is not None and mine.wanted == wanted:
                return mine
        found = self._known.revisions.get(wanted)
        if isinstance(found, str):
            self._note(found)
            return None
        if found is None:
            self._awaits = True
        else:
            self._choice.secrets |= found.secrets
        return found

    def _unmet(self, revision: Revision, beside: Revision | None) -> str | None:
        """Why a revision's Secrets keep it from being served, empty while an answer is awaited, None if they do not.

        What the revision in force lacks just the same keeps nobody.
        """
        shared = frozenset[Need]() if beside is None else frozenset(beside.needs)
        awaited = False
        for need in revision.needs:
            state = self._state(need)
            if not state.is_answered:
                awaited = True
            elif need not in shared and (lack := need.lack(state)) is not None:
                return lack
        return "" if awaited else None

    def _is_answered(self, revision: Revision) -> bool:
        return all(self._state(need).is_answered for need in revision.needs)

    def _state(self, need: Need) -> SecretState:
        return self._known.secrets.get((self._route.namespace, need.reference.name), AWAITED)

    def _note(self, problem: str) -> None:
        """The first problem of a route is told; stable's comes before the candidate's."""
        self._problem = self._problem or problem
