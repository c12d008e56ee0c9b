"""What can go wrong between a deployable and the Kubernetes API, translated once.

::

    KubeError              the API did not do it; ``status`` is the HTTP status, 0 without an answer
    ├── NotFound           404
    ├── AlreadyExists      409 on a create
    ├── Conflict           409 on a write: somebody wrote first, so read again
    ├── Forbidden          401, 403: a permission is missing
    ├── Expired            410: the history that was asked for is gone, so list again
    ├── Invalid            every other 4xx: the object is refused as it is, and will be again
    ├── Throttled          429: ``retry_after`` says when to come back
    └── Unavailable        5xx, a timeout, no connection, an answer that broke off: try again
        └── Unreadable     an answer that is not what Kubernetes says
            └── TooLong    an answer above its limit; a smaller page may fit
    LeaseLost              another process may hold the Lease by now: nothing may be written any more
    KubeconfigError        nobody can know where the API is: for whoever started the process

A text holds the API's own message, never an object: a Secret could be in it.
"""

from sealane_telemetry.settings.variable import SettingsError

_MAX_WORDS = 1_000
_MAX_BRIEF = 300
#: Seconds: the longest wait that is believed, and the one where a busy API names none.
_LONGEST_WAIT, _WAIT = 60.0, 1.0


class KubeError(Exception):
    """The Kubernetes API refused a call or did not answer it.

    ``words`` are the API's own, or what happened instead, on one line; ``call`` is the method and the path.
    ``retry_after`` is in seconds, None where nothing was said of it.
    """

    def __init__(self, words: str, status: int = 0, *, call: str = "", retry_after: float | None = None) -> None:
        self.words = " ".join(words.split())[:_MAX_WORDS]
        super().__init__(f"{call}: {self.words}" if call else self.words)
        self.status = status
        self.retry_after = retry_after

    @property
    def brief(self) -> str:
        """Status and words without the call, for whoever says himself what was asked for."""
        words = self.words[:_MAX_BRIEF]
        return f"{self.status}: {words}" if self.status else words


class NotFound(KubeError):
    """There is no such object, or no such kind."""


class AlreadyExists(KubeError):
    """An object of that name exists."""


class Conflict(KubeError):
    """The object changed since it was read."""


class Forbidden(KubeError):
    """The caller may not do this, or is not known."""


class Expired(KubeError):
    """The API server has forgotten the version that was asked for."""


class Invalid(KubeError):
    """The API server refuses the object as it is."""


class Throttled(KubeError):
    """Too many requests."""


class Unavailable(KubeError):
    """The API server did not answer, not in time, or not to the end."""


class Unreadable(Unavailable):
    """An answer that is not what Kubernetes says."""


class TooLong(Unreadable):
    """An answer above its limit."""


class LeaseLost(Exception):
    """The Lease could not be renewed in time; whoever hears of it stops writing."""


class KubeconfigError(SettingsError):
    """No kubeconfig and no ServiceAccount, or one that cannot be used; ``reason`` is what was wrong with it."""

    def __init__(self, place: str, reason: str) -> None:
        self.reason = " ".join(reason.split())[:_MAX_BRIEF]
        super().__init__(f"{place} cannot be used: {self.reason}")


_KINDS: dict[int, type[KubeError]] = {
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Expired,
    429: Throttled,
}


def refusal(status: int, words: str, *, call: str = "", reason: str = "", retry_after: str | None = None) -> KubeError:
    """The error for an answer's status; ``reason`` is Kubernetes' word for it, ``retry_after`` the header as it was
    written."""
    kind = _KINDS.get(status) or (Invalid if 400 <= status < 500 else Unavailable)
    if kind is Conflict and reason == "AlreadyExists":
        kind = AlreadyExists
    wait = _seconds(retry_after) if kind in (Throttled, Unavailable) else None
    if kind is Throttled and wait is None:
        wait = _WAIT
    return kind(words or f"HTTP {status}", status, call=call, retry_after=wait)


def _seconds(header: str | None) -> float | None:
    if header is None or not (header.isascii() and header.isdigit()):
        return None
    return min(float(header[:6]), _LONGEST_WAIT)
