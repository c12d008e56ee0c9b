"""Every error a client can meet, as one tree; ``error_answer.py`` is the only place that renders it.

::

    GatewayError                    an answer that the gateway gives itself
    ├── RequestRefused              the request cannot be served as it is
    │   ├── MalformedRequest        400  invalid_request
    │   ├── Unauthenticated         401  invalid_api_key
    │   ├── ModelForbidden          403  model_not_allowed
    │   ├── PathNotFound            404  unknown_path
    │   ├── ModelNotFound           404  model_not_found
    │   ├── MethodNotAllowed        405  method_not_allowed
    │   ├── RequestTimedOut         408  request_timeout
    │   ├── BodyTooLarge            413  request_too_large
    │   ├── EncodingUnsupported     415  unsupported_encoding
    │   ├── HeadTooLarge            431  head_too_large
    │   └── LimitExceeded           429  rate_limit_exceeded
    ├── AuthenticationUnavailable   503  authentication_unavailable (nobody can say whose the token is)
    ├── GatewayBusy                 503  overloaded
    ├── GatewayUnready              503  not_ready (there is no route table)
    ├── GatewayDraining             503  draining
    ├── ProviderUnavailable         503  provider_unavailable (nothing could be tried)
    ├── ProviderFailed              the last attempt's Failure, mapped by its class
    └── GatewayFault                500  internal_error (a defect of ours)

    AttemptFailed                   inside the stack: one attempt ended with a Failure, before commit
    ClientGone                      the client left; nobody is there to read an answer
"""

from dataclasses import dataclass

from sealane_api.failure import FailureClass


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong in one attempt, as the provider's dialect understood it.

    ``message`` and ``param`` are the provider's words: they may quote a prompt, so they go to the client, redacted to
    the investigator, and never to a log or a metric. ``code`` is the provider's own code, safe to log (at most 64 of
    ``[A-Za-z0-9_.:-]``).
    ``retry_after`` is the wait the provider stated, in seconds from now. ``reset_after`` is the time until a
    stated reset of a quota, in seconds from now. ``status`` is 0 when no answer came. ``raw`` is the beginning of an
    error answer that has no message to show, such as a page of HTML; it goes to no client and no log.
    """

    failure_class: FailureClass
    status: int = 0
    message: str = ""
    code: str | None = None
    param: str | None = None
    retry_after: float | None = None
    reset_after: float | None = None
    error_type: str | None = None
    raw: bytes = b""


class AttemptFailed(Exception):
    """One attempt ended with ``failure`` before anything of it reached the client: another may be made."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.failure_class)
        self.failure = failure


class ClientGone(Exception):
    """The client closed its connection before the exchange ended."""


class GatewayError(Exception):
    """An answer that the gateway gives itself.

    ``headers`` are extra answer headers as (name, value) text pairs; ``close`` asks the listener to end the connection
    after the answer, because what follows on it cannot be trusted.
    """

    status = 500
    code = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        close: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.headers = headers
        self.close = close


class RequestRefused(GatewayError):
    """The request cannot be served as it is; the same request will be refused again."""

    status = 400
    code = "invalid_request"


class MalformedRequest(RequestRefused):
    """Not HTTP, not JSON, or not something any provider could be asked."""


class Unauthenticated(RequestRefused):
    """No key, or one that nobody was given."""

    status = 401
    code = "invalid_api_key"


class ModelForbidden(RequestRefused):
    """The caller is known and may not use this model."""

    status = 403
    code = "model_not_allowed"


class PathNotFound(RequestRefused):
    """A path that the gateway does not serve."""

    status = 404
    code = "unknown_path"


class ModelNotFound(RequestRefused):
    """No route claims this model; it is never sent to the nearest one."""

    status = 404
    code = "model_not_found"


class MethodNotAllowed(RequestRefused):
    """A path that is served, with a method that is not."""

    status = 405
    code = "method_not_allowed"


class RequestTimedOut(RequestRefused):
    """The head or the body did not arrive in time."""

    status = 408
    code = "request_timeout"


class BodyTooLarge(RequestRefused):
    """The body is above the configured limit."""

    status = 413
    code = "request_too_large"


class EncodingUnsupported(RequestRefused):
    """A compressed request body."""

    status = 415
    code = "unsupported_encoding"


class HeadTooLarge(RequestRefused):
    """Request line and headers together are above the limit."""

    status = 431
    code = "head_too_large"


class LimitExceeded(RequestRefused):
    """The rule's or the caller's own limit is used up; ``retry_after`` says in how many seconds to come back."""

    status = 429
    code = "rate_limit_exceeded"

    def __init__(self, message: str, *, retry_after: float, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message, headers=headers)
        self.retry_after = retry_after


class AuthenticationUnavailable(GatewayError):
    """The Kubernetes API does not say whose a ServiceAccount's token is, and nothing is remembered that would do."""

    status = 503
    code = "authentication_unavailable"

    def __init__(self, message: str, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class GatewayBusy(GatewayError):
    """Every target is at its ``maxConcurrency``, or the gateway's memory for request bodies is used up."""

    status = 503
    code = "overloaded"

    def __init__(self, message: str, *, retry_after: float = 1.0, close: bool = False) -> None:
        super().__init__(message, close=close)
        self.retry_after = retry_after


class GatewayUnready(GatewayError):
    """There is no route table, so nobody can say which models exist."""

    status = 503
    code = "not_ready"

    def __init__(self, message: str, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class GatewayDraining(GatewayError):
    """The drain deadline passed while the exchange still ran."""

    status = 503
    code = "draining"


class ProviderUnavailable(GatewayError):
    """Every target is open, parked or paused; ``retry_after`` is the time to the next probe in seconds."""

    status = 503
    code = "provider_unavailable"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ProviderFailed(GatewayError):
    """The exchange's last attempt failed and nothing was left to try."""

    def __init__(self, failure: Failure, *, provider: str, model: str) -> None:
        super().__init__(f"provider {provider} failed: {failure.failure_class}")
        self.failure = failure
        self.provider = provider
        self.model = model


class GatewayFault(GatewayError):
    """A defect of the gateway; the log has the exception, the client has the request id."""
