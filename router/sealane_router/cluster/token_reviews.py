"""Whose ServiceAccounts' tokens are: asked of the Kubernetes API, remembered, and remembered longer while it is away.

A token is asked about once at a time, however many exchanges wait for the answer. A review is a task: exchanges run
without one and wait for a future of their own, so that one that ends early takes nothing from the others.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from sealane_kube.errors import KubeError
from sealane_router.aio.tasks import spawn, stop
from sealane_router.errors import AuthenticationUnavailable, Unauthenticated
from sealane_router.policy.service_account_tokens import UNKNOWN, PresentedToken, quotes_token, unverified_expiry
from sealane_router.policy.service_accounts import ServiceAccount
from sealane_router.policy.token_memory import TokenMemory
from sealane_router.settings.groups import TokenSettings
from sealane_telemetry.logs import get_logger
from sealane_telemetry.token_metrics import TokenMetrics

from .kube.troubles import kind_of
from .token_review import PATH, question, verdict

_log = get_logger("sealane.callers")

#: Tokens that wait for their review, besides those under review.
MAX_WAITING = 1000
#: Seconds after a failed review, besides those that one may take, in which nobody waits for another one whose token is
#: remembered.
_DOUBT = 10.0
_RETRY_AFTER = 2.0
_EXPIRED = "The ServiceAccount's token has expired. Read it from its file again for each request: Kubernetes renews it."
_UNAVAILABLE = "The gateway cannot find out whose this token is: the Kubernetes API does not answer. Try again."
_CROWDED = "The gateway reviews too many tokens at once. Try again in a moment."


class Api(Protocol):
    """What is asked of the Kubernetes API; see :class:`.kube.api.KubeApi`."""

    async def create(self, path: str, body: Mapping[str, object]) -> bytes:
        """The answer to a new object; raises KubeError."""
        ...


class _Refusal:
    """The API server has said no."""


#: What became of a review; None: nothing was learned.
_Outcome = ServiceAccount | _Refusal | None
_REFUSED = _Refusal()


class _Review:
    """One review under way, and the exchanges that wait for it."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[_Outcome]] = set()
        self.task: asyncio.Task[None]

    async def outcome(self) -> _Outcome:
        """What becomes of it."""
        future: asyncio.Future[_Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            return await future
        finally:
            self._waiting.discard(future)

    def end(self, outcome: _Outcome) -> None:
        """Tell everybody."""
        for future in self._waiting:
            if not future.done():
                future.set_result(outcome)


class TokenReviews:
    """Implements :class:`~sealane_router.policy.service_account_tokens.Reviews`.

    ``clock`` is in monotonic seconds, ``wall`` in Unix seconds.
    """

    def __init__(
        self,
        api: Api,
        settings: TokenSettings,
        metrics: TokenMetrics,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._api = api
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._wall = wall
        self._memory = TokenMemory(limit=settings.cache, recheck=settings.recheck, outage=settings.outage)
        self._slots = asyncio.Semaphore(settings.reviews)
        self._in_flight = 0
        self._under_way: dict[bytes, _Review] = {}
        self._trouble: str | None = None
        self._doubt = settings.wait + _DOUBT
        self._failed = -self._doubt
        metrics.in_flight.read_from(lambda: [((), float(self._in_flight))])
        metrics.waiting.read_from(lambda: [((), float(len(self._under_way) - self._in_flight))])
        metrics.remembered.read_from(lambda: [((), float(len(self._memory)))])

    @property
    def trouble(self) -> str | None:
        """Why the last review failed, for people; None when it did not."""
        return self._trouble

    def known(self, token: PresentedToken) -> ServiceAccount | None:
        """Whose it is, where that is known well enough; None: ask. Raises Unauthenticated."""
        now = self._clock()
        memory = self._memory
        known = memory.recall(token.digest, now)
        if known is None:
            if memory.is_refused(token.digest, now):
                raise self._refusal()
            return None
        if self._wall() >= known.expires:
            raise Unauthenticated(_EXPIRED)
        if memory.is_due(known, now):
            known.tried = now
            self._refresh(token, known.expires)
        if memory.is_good(known, now):
            return known.account
        if self._trouble is not None and now - self._failed < self._doubt and memory.holds(known, now):
            self._metrics.held.labels().inc()
            return known.account
        return None

    async def ask(self, token: PresentedToken) -> ServiceAccount:
        """Whose it is; raises Unauthenticated, or AuthenticationUnavailable where nobody can say."""
        expires = unverified_expiry(token.text)
        if expires is None:
            raise Unauthenticated(UNKNOWN)
        if self._wall() >= expires:
            raise Unauthenticated(_EXPIRED)
        review = self._under_way.get(token.digest) or self._begin(token, expires)
        outcome = None if review is None else await review.outcome()
        if isinstance(outcome, ServiceAccount):
            return outcome
        if outcome is not None:
            raise self._refusal()
        now = self._clock()
        known = self._memory.recall(token.digest, now)
        if known is not None and self._memory.holds(known, now):
            self._metrics.held.labels().inc()
            return known.account
        raise AuthenticationUnavailable(_UNAVAILABLE if review is not None else _CROWDED, retry_after=_RETRY_AFTER)

    async def close(self) -> None:
        """End every review; whoever waits for one learns nothing."""
        await stop(*(review.task for review in self._under_way.values()))

    def _refresh(self, token: PresentedToken, expires: float) -> None:
        """Ask again while the answer is not waited for, unless others wait for theirs."""
        if token.digest not in self._under_way and len(self._under_way) < self._settings.reviews:
            self._begin(token, expires)

    def _begin(self, token: PresentedToken, expires: float) -> _Review | None:
        """A new review; None when there are too many."""
        if len(self._under_way) >= self._settings.reviews + MAX_WAITING:
            self._metrics.reviews.labels("crowded").inc()
            return None
        review = self._under_way[token.digest] = _Review()
        review.task = spawn(self._run(token, expires, review), name="review token")
        return review

    async def _run(self, token: PresentedToken, expires: float, review: _Review) -> None:
        outcome: _Outcome = None
        wait = self._settings.wait
        loop = asyncio.get_running_loop()
        asked = loop.time() + wait
        try:
            async with asyncio.timeout(wait), self._slots:
                asked = loop.time()
                outcome = await self._reviewed(token, expires)
        except TimeoutError:
            # Whoever got a turn late has not given the API server the time to answer.
            if loop.time() - asked >= wait / 2:
                self._fail("timeout", f"no answer within {wait:g} s")
            else:
                self._metrics.reviews.labels("crowded").inc()
        except KubeError as error:
            kind, words = kind_of(error), error.brief
            # Whoever refuses a review, such as a webhook, may quote what it refuses.
            self._fail(kind, kind if quotes_token(words) else words)
        finally:
            del self._under_way[token.digest]
            review.end(outcome)

    async def _reviewed(self, token: PresentedToken, expires: float) -> _Outcome:
        audience = self._settings.audience
        asked = self._clock()
        self._in_flight += 1
        try:
            account = verdict(await self._api.create(PATH, question(token.text, audience)), audience)
        finally:
            self._in_flight -= 1
        self._work()
        self._metrics.reviews.labels("rejected" if account is None else "accepted").inc()
        if account is None:
            self._memory.refuse(token.digest, self._clock())
            return _REFUSED
        self._memory.confirm(token.digest, account, asked=asked, expires=expires)
        return account

    def _fail(self, kind: str, reason: str) -> None:
        self._metrics.reviews.labels("failed").inc()
        self._failed = self._clock()
        if self._trouble is None:
            _log.warning("token_reviews_fail", kind=kind, reason=reason)
        self._trouble = reason

    def _work(self) -> None:
        if self._trouble is not None:
            _log.info("token_reviews_work")
        self._trouble = None

    def _refusal(self) -> Unauthenticated:
        audience = self._settings.audience
        return Unauthenticated(
            f"The Kubernetes API does not know this token as a ServiceAccount's for the audience {audience!r}: it was "
            "made for another one, has expired, or its ServiceAccount or pod is gone. Mount one with "
            f"'serviceAccountToken: {{audience: {audience}, path: token}}' and read its file for each request."
        )
