"""The provider has enough to do: rate limits and overload, and our own bound on what it is given."""

from tests.scorecard import doors
from tests.scorecard.ask import CHAT, FROM_FALLBACK, FROM_FALLBACK_AT_ONCE, UNAVAILABLE, Ask, Gets, failed
from tests.scorecard.route import Setup
from tests.scorecard.row import PAUSES, Case, Row, fault
from tests.scorecard.steps import Asks, Meanwhile, Meets, Script

_ZAI = Setup(model="glm-4.6")


def _limited(seconds: int, attempts: int = 1, said: str | None = None, provider: str = "moonshot") -> Gets:
    stated = (seconds, seconds)
    return failed(429, "rate_limit_exceeded", attempts=attempts, retry_after=stated, said=said, provider=provider)


def _overloaded(seconds: int = 1, said: str | None = None, provider: str = "moonshot") -> Gets:
    stated = (seconds, seconds)
    return failed(503, "provider_overloaded", attempts=2, retry_after=stated, said=said, provider=provider)


_SECOND_CLIENT = "429, the next client"
_WAITED = "429 with Retry-After: 1, waited for"
_FULL = "maxConcurrency reached"
_BUSY = Gets(status=503, code="overloaded", provider="", attempts=0, retry_after=(1, 1))
_503_WAIT = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"

ROWS = (
    fault(
        "429 with Retry-After", "retry-after:7", "RateLimited", _limited(7), learns=PAUSES,
    ),
    fault(
        "429 without Retry-After, a wait in its words", "rate-limit", "RateLimited", _limited(1, 2), learns=PAUSES,
    ),
    fault(
        "429 without any wait (Z.ai's 1302)", "code:1302", "RateLimited", _limited(1, 2, "1302", "zai"),
        learns=PAUSES, setup=_ZAI,
    ),
    Row(
        name=_WAITED,
        result="`RateLimited`, `ok`",
        breaker="pauses the model",
        alone="the answer, a second later",
        fallback="the fallback's answer at once",
        cases=(
            Case(
                name=_WAITED,
                setup=Setup(),
                steps=(Script("moonshot", ("retry-after:1",)), Asks(CHAT, Gets(attempts=2), least=1.0)),
                results={"moonshot": ("RateLimited", "ok")},
                series={"sealane_retries_total": 1, "sealane_provider_pauses_total": 1},
            ),
            Case(
                name=_WAITED + ", with a fallback",
                setup=Setup(fallback=True),
                steps=(Script("moonshot", ("retry-after:4",)), Asks(CHAT, FROM_FALLBACK, most=3.9)),
                results={"moonshot": ("RateLimited",), "zai": ("ok",)},
                series={"sealane_retries_total": 0, "sealane_fallbacks_total": 1},
            ),
        ),
    ),
    Row(
        name=_SECOND_CLIENT,
        result="`RateLimited`, none while paused",
        breaker="pauses the model, and no other",
        alone="503 `provider_unavailable` and `Retry-After`; another model the answer",
        fallback="the fallback's answer; another model the provider's own",
        cases=(
            Case(
                name=_SECOND_CLIENT,
                setup=Setup(),
                steps=(
                    Script("moonshot", ("retry-after:7",)),
                    Asks(CHAT, _limited(7)),
                    Asks(CHAT, UNAVAILABLE),
                    Asks(Ask(model="kimi-k2.6"), Gets()),
                ),
                results={"moonshot": ("RateLimited", "ok")},
            ),
            Case(
                name=_SECOND_CLIENT + ", with a fallback",
                setup=Setup(fallback=True),
                steps=(
                    Script("moonshot", ("retry-after:7",)),
                    Asks(CHAT, FROM_FALLBACK),
                    Asks(CHAT, FROM_FALLBACK_AT_ONCE),
                    Asks(Ask(model="kimi-k2.6"), Gets()),
                ),
                results={"moonshot": ("RateLimited", "ok"), "zai": ("ok", "ok")},
            ),
        ),
    ),
    fault("429, Moonshot's engine_overloaded_error", "overloaded", "Overloaded", _overloaded()),
    fault(
        "429, Z.ai's 1305 (too much traffic)", "code:1305", "Overloaded", _overloaded(1, "1305", "zai"), setup=_ZAI
    ),
    fault("529", "status:529", "Overloaded", _overloaded()),
    fault("503 with Retry-After", "", "Overloaded", _overloaded(), setup=Setup(door=doors.says(_503_WAIT))),
    Row(
        name=_FULL,
        result="none",
        breaker="–",
        alone="503 `overloaded` and `Retry-After`",
        fallback="the fallback's answer",
        cases=(
            Case(
                name=_FULL,
                setup=Setup(max_concurrency=1),
                steps=(
                    Meets("moonshot", "delay:0.5"),
                    Meanwhile("moonshot", Asks(CHAT, Gets()), Asks(CHAT, _BUSY)),
                    Meets("moonshot", ""),
                    Asks(CHAT, Gets()),
                ),
                results={"moonshot": ("ok", "ok")},
            ),
            Case(
                name=_FULL + ", with a fallback",
                setup=Setup(max_concurrency=1, fallback=True),
                steps=(
                    Meets("moonshot", "delay:0.5"),
                    Meanwhile("moonshot", Asks(CHAT, Gets()), Asks(CHAT, FROM_FALLBACK_AT_ONCE)),
                    Meets("moonshot", ""),
                    Asks(CHAT, Gets()),
                ),
                results={"moonshot": ("ok", "ok"), "zai": ("ok",)},
                series={"sealane_fallbacks_total": 1},
            ),
        ),
    ),
)  # fmt: skip
