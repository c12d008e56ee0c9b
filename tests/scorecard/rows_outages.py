"""Hours, in seconds: how a breaker opens, probes and closes, and what an outage costs whom."""

from tests.scorecard.ask import CHAT, FROM_FALLBACK, FROM_FALLBACK_AT_ONCE, UNAVAILABLE, Gets, failed
from tests.scorecard.outage import hundred_requests, leaves, many, sick
from tests.scorecard.route import Setup
from tests.scorecard.row import Case, Row
from tests.scorecard.steps import Asks, Becomes, Breaks, Meanwhile, Meets, Plays, Recovers, StateIs, Step, Waits

_TRANSITIONS = "sealane_breaker_transitions_total"
_REFUSED = failed(502, "provider_unreachable", said="connection_refused")
_BROKEN = failed(502, "provider_error")
_OPEN = {"moonshot": "open"}

#: A breaker that opens at two failures in a row and probes 0.64 to 0.8 s later; no attempt is made twice.
_BRIEF = Setup(opens_at=2, open_for="800ms", max_attempts=1)
_BRIEF_WITH_FALLBACK = Setup(opens_at=2, open_for="800ms", fallback=True)


def _down(first: Gets, afterwards: Gets) -> tuple[Step, ...]:
    """Two clients find the provider dead; the third is not sent there."""
    return (
        Breaks(("moonshot",)),
        Asks(CHAT, first),
        StateIs("moonshot", "closed"),
        Asks(CHAT, first),
        StateIs("moonshot", "open"),
        Asks(CHAT, afterwards),
        Recovers(("moonshot",)),
        Becomes("moonshot", "half_open"),
    )


_BACK: tuple[Step, ...] = (
    Asks(CHAT, Gets()),
    StateIs("moonshot", "half_open"),
    Asks(CHAT, Gets()),
    StateIs("moonshot", "closed"),
)

_RECOVERY = Row(
    name="recovery",
    result="`Connect` × 2, `ok` × 2",
    breaker="opens, is half-open after `openFor`, closes after `closeAfter` good probes",
    alone="502 `provider_unreachable`, then 503 `provider_unavailable`, then the answer",
    fallback="the fallback's answer, then the provider's own",
    cases=(
        Case(
            name="recovery",
            setup=_BRIEF,
            steps=(*_down(_REFUSED, UNAVAILABLE), *_BACK),
            results={"moonshot": ("Connect", "Connect", "ok", "ok")},
            reached={"moonshot": 2},
            series={_TRANSITIONS: 3},
        ),
        Case(
            name="recovery, with a fallback",
            setup=_BRIEF_WITH_FALLBACK,
            steps=(*_down(FROM_FALLBACK, FROM_FALLBACK_AT_ONCE), *_BACK),
            results={"moonshot": ("Connect", "Connect", "ok", "ok"), "zai": ("ok",) * 3},
            reached={"moonshot": 2},
            series={_TRANSITIONS: 3},
        ),
    ),
)

_ONE_PROBE = Row(
    name="half-open, two clients at once",
    result="`Connect` × 2, `ok` × 2",
    breaker="admits `halfOpenMax` probes at a time",
    alone="the probe the answer; the other 503 `provider_unavailable` and `Retry-After`",
    fallback="the probe the answer; the other the fallback's",
    cases=(
        Case(
            name="half-open, two clients at once",
            setup=_BRIEF,
            steps=(
                *_down(_REFUSED, UNAVAILABLE),
                Meets("moonshot", "delay:0.5"),
                Meanwhile("moonshot", Asks(CHAT, Gets()), Asks(CHAT, UNAVAILABLE)),
                Asks(CHAT, Gets()),
            ),
            results={"moonshot": ("Connect", "Connect", "ok", "ok")},
            reached={"moonshot": 2},
        ),
        Case(
            name="half-open, two clients at once, with a fallback",
            setup=_BRIEF_WITH_FALLBACK,
            steps=(
                *_down(FROM_FALLBACK, FROM_FALLBACK_AT_ONCE),
                Meets("moonshot", "delay:0.5"),
                Meanwhile("moonshot", Asks(CHAT, Gets()), Asks(CHAT, FROM_FALLBACK_AT_ONCE)),
                Asks(CHAT, Gets()),
            ),
            results={"moonshot": ("Connect", "Connect", "ok", "ok"), "zai": ("ok",) * 4},
            reached={"moonshot": 2},
        ),
    ),
)

_RELAPSE = Row(
    name="the probe fails",
    result="`Connect` × 2, `ServerError`",
    breaker="opens again at once, for twice as long",
    alone="502 `provider_error`, then 503 `provider_unavailable` and `Retry-After`",
    fallback="the fallback's answer",
    cases=(
        Case(
            name="the probe fails",
            setup=_BRIEF,
            steps=(
                *_down(_REFUSED, UNAVAILABLE),
                Meets("moonshot", "status:500"),
                Asks(CHAT, _BROKEN),
                StateIs("moonshot", "open"),
                Waits(0.85),
                Asks(CHAT, UNAVAILABLE),
                Becomes("moonshot", "half_open"),
            ),
            results={"moonshot": ("Connect", "Connect", "ServerError")},
            reached={"moonshot": 1},
            breakers={"moonshot": "half_open"},
        ),
        Case(
            name="the probe fails, with a fallback",
            setup=_BRIEF_WITH_FALLBACK,
            steps=(
                *_down(FROM_FALLBACK, FROM_FALLBACK_AT_ONCE),
                Meets("moonshot", "status:500"),
                Asks(CHAT, FROM_FALLBACK),
                StateIs("moonshot", "open"),
            ),
            results={"moonshot": ("Connect", "Connect", "ServerError"), "zai": ("ok",) * 4},
            reached={"moonshot": 1},
            breakers=_OPEN,
        ),
    ),
)

_ALL_DOWN = Row(
    name="all providers down",
    result="`Connect` × 2, then none",
    breaker="counts",
    alone="502 `provider_unreachable`, then 503 `provider_unavailable` and `Retry-After`",
    fallback="the same; the headers name the provider that was tried last",
    cases=(
        Case(
            name="all providers down",
            setup=Setup(opens_at=2),
            steps=(
                Breaks(("moonshot", "zai")),
                Asks(CHAT, failed(502, "provider_unreachable", attempts=2, said="connection_refused")),
                Asks(CHAT, UNAVAILABLE),
            ),
            results={"moonshot": ("Connect", "Connect")},
            reached={"moonshot": 0},
            breakers=_OPEN,
        ),
        Case(
            name="all providers down, with a fallback",
            setup=Setup(fallback=True),
            steps=(
                Breaks(("moonshot", "zai")),
                Asks(CHAT, failed(502, "provider_unreachable", attempts=2, said="connection_refused", provider="zai")),
                Asks(CHAT, UNAVAILABLE),
            ),
            results={"moonshot": ("Connect",), "zai": ("Connect",)},
            reached={"moonshot": 0, "zai": 0},
            breakers={"moonshot": "open", "zai": "open"},
        ),
    ),
)

_OUTAGE = Row(
    name="outage, 100 requests after the breaker opened",
    result="at most 4 `Connect`",
    breaker="opens; each failed probe doubles the time to the next",
    alone="503 `provider_unavailable` and `Retry-After`; the probes 502",
    fallback="the fallback's answer, all 100",
    cases=(
        Case(
            name="outage",
            setup=Setup(opens_at=5, open_for="400ms", max_attempts=1),
            steps=(Meets("moonshot", "cut-before-head"), Plays(hundred_requests)),
            results=None,
            breakers=_OPEN,
        ),
        Case(
            name="outage, with a fallback",
            setup=Setup(opens_at=5, open_for="400ms", fallback=True),
            steps=(Meets("moonshot", "cut-before-head"), Plays(hundred_requests)),
            results=None,
            breakers=_OPEN,
        ),
    ),
)

_BUDGET = Row(
    name="retry budget used up",
    result="`ServerError`: 30 first attempts, 10 retries",
    breaker="counts",
    alone="502 `provider_error`",
    fallback="the fallback's answer: it is no retry",
    cases=(
        Case(
            name="retry budget used up",
            setup=Setup(opens_at=1000, budget_percent=0),
            steps=(Meets("moonshot", "status:500"), Plays(many(30, 502))),
            results={"moonshot": ("ServerError",) * 40},
            series={"sealane_retries_total": 10, "sealane_retry_budget_exhausted_total": 20},
        ),
        Case(
            name="retry budget used up, with a fallback",
            setup=Setup(opens_at=1000, budget_percent=0, fallback=True),
            steps=(Meets("moonshot", "status:500"), Plays(many(30, 200))),
            results={"moonshot": ("ServerError",) * 30, "zai": ("ok",) * 30},
            series={"sealane_retries_total": 0, "sealane_fallbacks_total": 30},
        ),
    ),
)

_GONE = Row(
    name="the client leaves a provider that says nothing",
    result="`client_gone`; the provider sees its request end within 100 ms",
    breaker="–; a probe's place is free again",
    alone="nothing",
    fallback="the same",
    cases=(
        *(
            Case(
                name="the client leaves" + suffix,
                setup=Setup(fallback=bool(suffix)),
                steps=(Meets("moonshot", "stall"), Plays(leaves)),
                results={"moonshot": ("client_gone",)},
            )
            for suffix in ("", ", with a fallback")
        ),
        Case(
            name="the client of a probe leaves",
            setup=_BRIEF,
            steps=(
                *_down(_REFUSED, UNAVAILABLE),
                Meets("moonshot", "stall"),
                Plays(leaves),
                Meets("moonshot", ""),
                *_BACK,
            ),
            results={"moonshot": ("Connect", "Connect", "client_gone", "ok", "ok")},
            reached={"moonshot": 3},
        ),
    ),
)

_SICK = Row(
    name="the health check fails, then passes",
    result="none",
    breaker="opens; a check that passes never closes it",
    alone="503 `provider_unavailable` and `Retry-After`",
    fallback="the fallback's answer",
    cases=tuple(
        Case(
            name="the health check fails, then passes" + suffix,
            setup=Setup(checked=True, fallback=bool(suffix)),
            steps=(Plays(sick), StateIs("moonshot", "open"), Asks(CHAT, gets)),
            results={"zai": ("ok",) if suffix else ()},
            reached={"moonshot": None, "zai": None},
            breakers=_OPEN,
        )
        for suffix, gets in (("", UNAVAILABLE), (", with a fallback", FROM_FALLBACK_AT_ONCE))
    ),
)

ROWS = (_ALL_DOWN, _OUTAGE, _RECOVERY, _ONE_PROBE, _RELAPSE, _SICK, _BUDGET, _GONE)
