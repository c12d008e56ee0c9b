"""The provider refuses the gateway's key, or says that its money is used up."""

from tests.scorecard.ask import CHAT, FROM_FALLBACK_AT_ONCE, UNAVAILABLE, Ask, Gets, failed
from tests.scorecard.route import Setup
from tests.scorecard.row import NOTHING, PARKS, Case, Row, fault
from tests.scorecard.steps import Asks, Meets, Revokes, Rotates, Script

_UNAUTHORIZED = failed(502, "provider_unauthorized")
_ZAI = Setup(model="glm-4.6")
_BOTH = Setup(when=("Unauthorized", "QuotaExhausted"))


def _quota(said: str | None = None, provider: str = "moonshot") -> Gets:
    return failed(429, "insufficient_quota", provider=provider, said=said, headers={"x-should-retry": "false"})


def _revoked(suffix: str, afterwards: Gets, *, fallback: bool) -> Case:
    """Two refusals park the key; what a third client gets; and the new key is used as soon as it is there."""
    stray = ("ok",) if fallback else ()
    return Case(
        name="401 twice, then a new key" + suffix,
        setup=Setup(fallback=fallback),
        steps=(
            Revokes("moonshot"),
            Asks(CHAT, _UNAUTHORIZED),
            Asks(CHAT, _UNAUTHORIZED),
            Asks(CHAT, afterwards),
            Rotates("moonshot"),
            Asks(CHAT, Gets()),
        ),
        results={"moonshot": ("Unauthorized", "Unauthorized", "ok"), "zai": stray},
    )


def _exhausted(suffix: str, afterwards: Gets, *, fallback: bool) -> Case:
    """Z.ai states when a plan's limit resets: the key rests until then, at most the window that it names."""
    glm = Ask(model="glm-4.6")
    return Case(
        name="quota with a stated reset" + suffix,
        setup=Setup(model=glm.model, fallback=fallback),
        steps=(Meets("zai", "code:1308"), Asks(glm, _quota("1308", "zai")), Asks(glm, afterwards)),
        results={"zai": ("QuotaExhausted",), "moonshot": ("ok",) if fallback else ()},
        parked=frozenset({"zai"}),
    )


def _once(suffix: str, *, fallback: bool) -> Case:
    """One refusal may be the provider's mistake: the next exchange is sent as if nothing had been."""
    return Case(
        name="401 once" + suffix,
        setup=Setup(fallback=fallback),
        steps=(Script("moonshot", ("unauthorized",)), Asks(CHAT, _UNAUTHORIZED), Asks(CHAT, Gets())),
        results={"moonshot": ("Unauthorized", "ok")},
    )


ROWS = (
    Row(
        name="401 once",
        result="`Unauthorized`",
        breaker="–",
        alone="502 `provider_unauthorized`; the next client the answer",
        fallback="the same",
        cases=(_once("", fallback=False), _once(", with a fallback", fallback=True)),
    ),
    Row(
        name="401 twice, then a new key",
        result="`Unauthorized`, `Unauthorized`, none while parked",
        breaker="parks the credential until its Secret changes",
        alone="502 `provider_unauthorized` twice, then 503 `provider_unavailable` and `Retry-After`",
        fallback="502 `provider_unauthorized` twice, then the fallback's answer",
        cases=(
            _revoked("", UNAVAILABLE, fallback=False),
            _revoked(", with a fallback", FROM_FALLBACK_AT_ONCE, fallback=True),
        ),
    ),
    fault("401, `when` names Unauthorized", "unauthorized", "Unauthorized", _UNAUTHORIZED, learns=NOTHING, setup=_BOTH),
    fault(
        "403, balance used up", "forbidden-balance", "QuotaExhausted", _quota(), falls_back=False, learns=PARKS,
    ),
    fault(
        "429, Moonshot's exceeded_current_quota_error", "quota", "QuotaExhausted", _quota(),
        falls_back=False, learns=PARKS,
    ),
    fault("429, `when` names QuotaExhausted", "quota", "QuotaExhausted", _quota(), learns=PARKS, setup=_BOTH),
    fault(
        "429, Z.ai's 1113 (empty balance)", "code:1113", "QuotaExhausted", _quota("1113", "zai"),
        falls_back=False, learns=PARKS, setup=_ZAI,
    ),
    Row(
        name="429, Z.ai's 1308 with a reset time",
        result="`QuotaExhausted`, none while parked",
        breaker="parks the credential until the stated reset",
        alone="429 `insufficient_quota`, then 503 `provider_unavailable` and `Retry-After`",
        fallback="429 `insufficient_quota`, then the fallback's answer",
        cases=(
            _exhausted(
                "",
                Gets(status=503, code="provider_unavailable", provider="", attempts=0, retry_after=(17_990, 18_000)),
                fallback=False,
            ),
            _exhausted(", with a fallback", Gets(provider="moonshot"), fallback=True),
        ),
    ),
)  # fmt: skip
