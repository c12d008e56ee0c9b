"""What can go wrong between a router and the Kubernetes API, as one tree.

::

    ApiError                    nothing was learned
    ├── ApiUnreachable          no connection, no answer in time, or the answer broke off
    ├── ApiUnreadable           an answer that is not what Kubernetes says, or too long
    └── ApiRefused              an answer that says no: ``status`` and Kubernetes' own words
        ├── Gone                410: the version is too old, the whole has to be listed again
        ├── Denied              401, 403: no permission, perhaps not yet
        ├── Missing             404
        └── Busy                429 and every 5xx: later; ``retry_after`` in seconds if it was said

    KubeconfigError             the router cannot know where the API is: for whoever started it
"""

#: Characters of Kubernetes' words that are kept.
_WORDS = 300
_LONGEST_WAIT = 60.0


class KubeconfigError(Exception):
    """No kubeconfig and no ServiceAccount, or one that cannot be used."""


class ApiError(Exception):
    """The API said nothing that could be used; what was known before stands."""

    #: How metrics and logs call it.
    kind = "unknown"


class ApiUnreachable(ApiError):
    """No connection, no answer in time, or an answer that broke off."""

    kind = "unreachable"


class ApiUnreadable(ApiError):
    """An answer that is not what Kubernetes says, or longer than anything it should say."""

    kind = "unreadable"


class ApiTooLong(ApiUnreadable):
    """An answer above its limit; a smaller page may fit."""


class ApiRefused(ApiError):
    """An answer that says no."""

    kind = "refused"

    def __init__(self, status: int, words: str, retry_after: float | None = None) -> None:
        super().__init__(f"{status}: {' '.join(words.split())[:_WORDS]}")
        self.status = status
        self.retry_after = retry_after


class Gone(ApiRefused):
    """410: the version that was asked for is not kept any more."""

    kind = "gone"


class Denied(ApiRefused):
    """401 or 403."""

    kind = "denied"


class Missing(ApiRefused):
    """404."""

    kind = "missing"


class Busy(ApiRefused):
    """429 or 5xx: the API server asks for patience, or has trouble of its own."""

    kind = "busy"


def refused(status: int, words: str, retry_after: str | None = None) -> ApiRefused:
    """The error for an answer's status; ``retry_after`` is the header as it was written."""
    wait = None
    if retry_after is not None and retry_after.isascii() and retry_after.isdigit():
        wait = min(float(retry_after[:6]), _LONGEST_WAIT)
    if status == 410:
        return Gone(status, words)
    if status in {401, 403}:
        return Denied(status, words)
    if status == 404:
        return Missing(status, words)
    if status == 429 or status >= 500:
        return Busy(status, words, wait)
    return ApiRefused(status, words)
