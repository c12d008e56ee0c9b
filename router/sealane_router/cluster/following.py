"""Puts the parts together: what the API says becomes the next route table.

Whatever happens anywhere (an event, a revision that came, a Secret that changed) is only noticed; :meth:`Follower.next`
then looks at everything that is known and decides anew. So nothing depends on the order in which things came, and a
burst of a thousand events is one new table. What takes long is done in a thread, on copies.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Protocol

from sealane_router.aio.tasks import spawn, stop
from sealane_router.routing.leases import CandidateLeases
from sealane_router.routing.matcher import Matcher
from sealane_telemetry.logs import get_logger

from .choice import Arms, Choice, Known, choose, weights_of
from .keeping import SnapshotKeeper
from .keys import SecretCredentials
from .kube.reflector import Api, Reflector, Resource, Surroundings
from .pointers import RoutePointers, pointers_of
from .revisions import Getter, Revision, Revisions
from .secrets import SecretName, SecretWatches
from .snapshot import Snapshot
from .table import Make, assemble

_log = get_logger("sealane.cluster")

#: Seconds between two tables at least.
PACE = 0.05
#: Seconds that a start waits for the API before it serves the snapshot.
SNAPSHOT_AFTER = 3.0
#: Seconds after the first list in which the first table is what there is: for one answer that does not come, the rest
#: does not wait.
FIRST_TABLE_AFTER = 20.0
#: Seconds after a failure that nobody foresaw.
_AGAIN = 5.0
#: Problems that are logged at once; all of them are in the report.
_TOLD = 10

_ROUTES = "/apis/sealane.dev/v1alpha1"


class ClusterApi(Api, Getter, Protocol):
    """What is asked of the API; see :class:`.kube.api.KubeApi`."""

    async def open(self) -> None:
        """Find out where it is; raises SettingsError."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class Follower:
    """Follows the routes of ``namespaces`` (none: all of them), from :meth:`open` to :meth:`close`.

    ``problems`` are the routes that are not served as their statuses point at them, and why. ``leases`` are told what
    candidates may have, and whenever the API has confirmed that.
    """

    def __init__(
        self,
        api: ClusterApi,
        around: Surroundings,
        leases: CandidateLeases,
        namespaces: tuple[str, ...],
        snapshot: Snapshot | None = None,
    ) -> None:
        self.problems: Mapping[str, str] = {}
        self.secrets = SecretWatches(around, noticed=self._notice_secret)
        self.credentials = SecretCredentials(self.secrets)
        self.keeper = None if snapshot is None else SnapshotKeeper(snapshot, self._kept, around.metrics)
        self._api = api
        self._clock = around.clock
        self._leases = leases
        self._routes = {name: self._reflector(name, around) for name in namespaces or (None,)}
        self._revisions = Revisions(api, around.metrics, noticed=self._notice)
        self._arms: Mapping[str, Arms] = {}
        self._remembered: dict[str, Arms] = {}
        self._contested: Mapping[str, str] = {}
        self._begun = False
        self._opened = self._looked = around.clock()
        self._listed: float | None = None
        self._noticed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Begin to follow; raises SettingsError."""
        await self._api.open()
        self._tasks.append(spawn(self._begin(), name="follow the API"))

    async def close(self) -> None:
        """Stop following; what is to be remembered is written."""
        await stop(*self._tasks)
        if self.keeper is not None and self._begun:
            await self.keeper.finish()
        await self.secrets.close()
        await self._revisions.close()
        await self._api.close()

    async def wait(self, seconds: float) -> None:
        """Return when there may be something new, or after ``seconds``; not sooner than PACE after the last time."""
        await asyncio.sleep(max(0.0, self._looked + PACE - self._clock()))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._noticed.wait()
        self._looked = self._clock()

    async def next(self, make: Make) -> Matcher | None:
        """The matcher of the next table; None when it would be the same, or it is too early for the first one."""
        if self._begun and not self._noticed.is_set():
            return None
        self._noticed.clear()
        try:
            return await self._look(make)
        except Exception:
            # Nothing of what was noticed is lost, and what cannot work is not tried at once.
            asyncio.get_running_loop().call_later(_AGAIN, self._notice)
            raise

    async def _look(self, make: Make) -> Matcher | None:
        # Both of this very moment: what is listed while this is decided is for the next time.
        unlisted = frozenset(name for name, each in self._routes.items() if not each.synced)
        routes = self._pointed()
        # Whoever's weight was lowered has less at once, not after a new table.
        self._leases.point(weights_of(routes.values()))
        choice = await self._chosen(routes, self._arms, unlisted)
        first = not self._begun
        if first:
            if self._is_early(choice, unlisted):
                if not self._remembered or self._clock() - self._opened < SNAPSHOT_AFTER:
                    return None
                _log.warning("snapshot_served", routes=len(self._remembered))
                choice = await self._chosen(routes, self._remembered, unlisted)
            self._begun, self._remembered = True, {}
        if not first and _same(choice.arms, self._arms):
            return None
        assembly = await asyncio.to_thread(assemble, choice.arms, self._arms, make)
        self._arms, self._contested = assembly.arms, assembly.problems
        self._tell(choice)
        if self.keeper is not None:
            self.keeper.changed()
        return assembly.matcher

    @property
    def trouble(self) -> str | None:
        """Why the API does not say which routes there are, in its own words."""
        failures = [each.failure for each in self._routes.values() if each.failure is not None]
        return failures[0].brief if failures else None

    async def _begin(self) -> None:
        if self.keeper is not None:
            revisions, keys = await self.keeper.read()
            self._remembered = {each.wanted.key: Arms(each) for each in revisions}
            self._revisions.know(revisions)
            self.secrets.remember(keys)
            self._tasks.append(spawn(self.keeper.run(), name="keep the snapshot"))
        self._opened = self._clock()
        self._tasks += [spawn(each.run(), name="follow routes") for each in self._routes.values()]

    def _reflector(self, namespace: str | None, around: Surroundings) -> Reflector[RoutePointers]:
        place = "" if namespace is None else f"/namespaces/{namespace}"
        return Reflector(
            Resource("routes", f"{_ROUTES}{place}/providerroutes"),
            pointers_of,
            around,
            noticed=self._notice,
            confirmed=self._confirm,
        )

    def _pointed(self) -> dict[str, RoutePointers]:
        return {key: route for each in self._routes.values() for key, route in each.listing.items.items()}

    async def _chosen(
        self, routes: Mapping[str, RoutePointers], served: Mapping[str, Arms], unlisted: frozenset[str | None]
    ) -> Choice:
        known = Known(routes, self._revisions.known(), self.secrets.states(), served, unlisted)
        choice = await asyncio.to_thread(choose, known)
        await self._revisions.want(choice.wanted)
        await self.secrets.want(choice.secrets)
        self._tell(choice)
        return choice

    def _tell(self, choice: Choice) -> None:
        before, self.problems = self.problems, {**self._contested, **choice.problems}
        new = [(route, problem) for route, problem in self.problems.items() if before.get(route) != problem]
        for route, problem in new[:_TOLD]:
            _log.warning("route_problem", route=route, reason=problem[:250])

    def _is_early(self, choice: Choice, unlisted: frozenset[str | None]) -> bool:
        """Whether the first table would lack something that is on its way."""
        if not unlisted and not choice.awaited:
            return False
        if self._listed is None and len(unlisted) < len(self._routes):
            self._listed = self._clock()
        return self._listed is None or self._clock() - self._listed < FIRST_TABLE_AFTER

    def _confirm(self) -> None:
        """The API confirmed one namespace: how old is what it said of all of them?"""
        ages = [each.age for each in self._routes.values()]
        known = [age for age in ages if age is not None]
        if len(known) == len(ages):
            self._leases.confirm(max(known))

    def _notice(self) -> None:
        self._noticed.set()

    def _notice_secret(self, name: SecretName) -> None:
        self.credentials.notice(name)
        self._noticed.set()
        if self.keeper is not None and self._begun:  # before, there is nothing yet that could replace what is kept
            self.keeper.changed()

    def _kept(self) -> tuple[list[Revision], Mapping[SecretName, Mapping[str, bytes]]]:
        """What the snapshot holds: stable revisions, and of Secrets the keys that these need."""
        revisions = [arms.stable for arms in self._arms.values()]
        keys: dict[SecretName, dict[str, bytes]] = {}
        for name, key in _needed(revisions):
            values = self.secrets.state(name).values
            if values is not None and key in values:
                keys.setdefault(name, {})[key] = values[key]
        return revisions, keys


def _needed(revisions: list[Revision]) -> Iterator[tuple[SecretName, str]]:
    for revision in revisions:
        for need in revision.needs:
            yield (revision.wanted.namespace, need.reference.name), need.reference.key


def _same(one: Mapping[str, Arms], other: Mapping[str, Arms]) -> bool:
    return len(one) == len(other) and all(other.get(key) is arms for key, arms in one.items())
