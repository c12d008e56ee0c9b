"""Where routes and credentials come from: the interface of files and of the Kubernetes API alike."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sealane_api.route_table import RouteTable
from sealane_router.routing.matcher import Matcher
from sealane_router.upstream.credentials import CredentialStore
from sealane_telemetry.health import Check

#: Makes the matcher of a table out of the one in force; raises MatcherError.
Make = Callable[[RouteTable], Matcher]


class ConfigurationError(Exception):
    """What a router is told to serve cannot be served; the text has one problem a line."""


class RouteSource(Protocol):
    """One source, asked for one table after the other; what is in force is not its business.

    ``checks`` say in ``/readyz`` how it is doing.
    """

    @property
    def credentials(self) -> CredentialStore:
        """The store that the routes' providers get their credentials from."""
        ...

    @property
    def checks(self) -> Sequence[Check]:
        """How it is doing."""
        ...

    @property
    def problem(self) -> str | None:
        """Why the newest routes are not in force as a whole, for people."""
        ...

    @property
    def route_problems(self) -> Mapping[str, str]:
        """Routes that are not served as their statuses point at them, and why."""
        ...

    def first(self, make: Make) -> Matcher:
        """The table to begin with; raises ConfigurationError when there must be one and is none."""
        ...

    async def open(self) -> None:
        """Begin to look for others; raises ConfigurationError."""
        ...

    async def wait(self, seconds: float) -> None:
        """Return when it is time to look: after ``seconds``, or sooner when something is known to be new."""
        ...

    async def next(self, make: Make) -> Matcher | None:
        """The next table, None when there is no other than the last one."""
        ...

    async def close(self) -> None:
        """Stop looking."""
        ...
