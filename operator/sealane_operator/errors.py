"""What can go wrong between the operator and the Kubernetes API, translated once, at the rim.

::

    OperatorError
    ├── SettingsError      a setting is wrong: its name, what was found, what to write
    ├── LeaseLost          another process may lead by now: nothing may be written any more
    └── KubeError          the API did not do it; ``status`` is the HTTP status, 0 without an answer
        ├── NotFound       404
        ├── AlreadyExists  409 on a create
        ├── Conflict       409 on a write: somebody wrote first, so read again
        ├── Forbidden      401, 403: a permission is missing
        ├── Invalid        400, 422: the object is refused, and will be again
        ├── Throttled      429: ``retry_after`` says when to come back
        └── Unavailable    5xx, a timeout, no connection: try again

A text holds the API's own message, never an object: a Secret could be in it.
"""

from sealane_telemetry.settings import variable as written


class OperatorError(Exception):
    """The root of the tree."""


class SettingsError(OperatorError, written.SettingsError):
    """Settings that cannot be used; the text has one problem a line."""


class LeaseLost(OperatorError):
    """The lease could not be renewed in time; whoever hears of it stops writing and ends the process."""


class KubeError(OperatorError):
    """The Kubernetes API refused a call or did not answer it."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class NotFound(KubeError):
    """There is no such object, or no such kind."""


class AlreadyExists(KubeError):
    """An object of that name exists."""


class Conflict(KubeError):
    """The object changed since it was read."""


class Forbidden(KubeError):
    """The operator's ServiceAccount may not do this."""


class Invalid(KubeError):
    """The API server refuses the object as it is."""


class Throttled(KubeError):
    """Too many requests; ``retry_after`` is in seconds."""

    def __init__(self, message: str, status: int = 429, *, retry_after: float = 1.0) -> None:
        super().__init__(message, status)
        self.retry_after = retry_after


class Unavailable(KubeError):
    """The API server did not answer, or not in time."""
