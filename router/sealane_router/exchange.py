"""One exchange: a client's request and everything that happens to it until the last byte."""

import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from sealane_api.route_table import Target

from .errors import Failure
from .http1.body import RequestBody
from .http1.head import RequestHead
from .http1.response import ClientResponse
from .providers.api import Api

if TYPE_CHECKING:
    from .attempt.plan import AttemptPlan
    from .policy.authentication import Caller
    from .providers.request_body import RequestHead as BodyHead
    from .routing.matcher import Match
    from .serving import ProviderRuntime, RuleRuntime
    from .upstream.client import Deadlines

Handler = Callable[["Exchange"], Coroutine[Any, Any, None]]


class Layer(Protocol):
    """Wraps the next handler of the stack."""

    def __call__(self, handler: Handler) -> Handler: ...


class Attempt:
    """One try of an exchange against one target; what the log and the metrics tell of it.

    ``deadlines`` is there once the deadline layer has set it.
    ``started``, ``first_content`` and ``ended`` are ``time.monotonic()`` seconds (0.0: not reached).
    """

    __slots__ = (
        "deadlines", "ended", "failure", "fallback", "first_content", "retry", "runtime", "started", "status", "target",
    )  # fmt: skip

    def __init__(self, target: Target, runtime: "ProviderRuntime", *, fallback: bool, retry: bool) -> None:
        self.target = target
        self.runtime = runtime
        self.fallback = fallback
        self.retry = retry
        self.deadlines: Deadlines
        self.status = 0
        self.failure: Failure | None = None
        self.started = 0.0
        self.first_content = 0.0
        self.ended = 0.0

    @property
    def result(self) -> str:
        """``ok``, or the failure's class."""
        return "ok" if self.failure is None else self.failure.failure_class.value


class Exchange:
    """What flows down the stack; each layer fills in what it finds out.

    What has no value before its layer ran is not there before: ``caller`` (authentication), ``json`` (matching, with
    ``content`` and ``model``), ``match`` and ``rule`` (matching, with ``matched``), ``plan`` (retrying), ``attempt``
    (balancing). The layers behind rely on it; what reads an exchange that may have ended anywhere asks ``matched``.
    ``counted`` says that it counts in the comparison of its route's arms.
    """

    __slots__ = (
        "answer_bytes", "api", "attempt", "attempts", "body", "caller", "code", "content", "counted", "head",
        "input_tokens", "json", "last_failure", "limit_headers", "match", "matched", "model", "output_tokens", "plan",
        "received", "request_bytes", "request_id", "response", "rule", "status", "stream", "tenant",
    )  # fmt: skip

    def __init__(
        self, head: RequestHead, body: RequestBody, response: ClientResponse, *, api: Api | None, request_id: str
    ) -> None:
        self.received = time.monotonic()
        self.head = head
        self.body = body
        self.response = response
        self.api = api
        self.request_id = request_id
        self.caller: Caller
        self.tenant = ""
        self.content = b""
        self.json: BodyHead
        self.model = ""
        self.stream = False
        self.matched = False
        self.counted = True
        self.match: Match
        self.rule: RuleRuntime
        self.plan: AttemptPlan
        self.attempt: Attempt
        self.attempts: list[Attempt] = []
        self.last_failure: Failure | None = None
        self.limit_headers = b""
        self.status = 0
        self.code = ""
        self.request_bytes = 0
        self.answer_bytes = 0
        self.input_tokens = -1
        self.output_tokens = -1
