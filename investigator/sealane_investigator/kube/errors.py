"""What can go wrong between the investigator and the Kubernetes API.

::

    KubeError              the API did not do it; ``status`` is the HTTP status, 0 without an answer
    ├── NotFound           404
    ├── Conflict           409: somebody wrote first, so read again
    ├── Forbidden          401, 403: a permission is missing
    ├── Expired            410: the history that was asked for is gone, so list again
    └── Unavailable        anything else: try again
    RollbackRefused        a rollback that may not be asked for; the text says why
    LeaseLost              another replica may hold the lease by now

A text holds the API's own message, never an object.
"""

from sealane_investigator.errors import InvestigatorError


class KubeError(InvestigatorError):
    """The Kubernetes API refused a call or did not answer it."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class NotFound(KubeError):
    """There is no such object, or no such kind."""


class Conflict(KubeError):
    """The object changed since it was read."""


class Forbidden(KubeError):
    """The investigator's ServiceAccount may not do this."""


class Expired(KubeError):
    """The API server has forgotten the version that was asked for."""


class Unavailable(KubeError):
    """The API server did not answer, not in time, or not with what was asked for."""


class RollbackRefused(InvestigatorError):
    """A rollback is switched off, is for a user whose name cannot be written, or another request waits."""


class LeaseLost(InvestigatorError):
    """The lease could not be renewed in time; whoever hears of it stops."""
