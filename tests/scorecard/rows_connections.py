"""Kept connections: what they say unasked, and how they end. Nobody ever gets another one's answer."""

from dataclasses import dataclass, field

from tests.scorecard.ask import CHAT, FROM_FALLBACK, STREAM, Ask, Gets
from tests.scorecard.route import Setup
from tests.scorecard.row import Case, Results, Row, harmless
from tests.scorecard.steps import Asks, Opened, Plays, Script, Waits
from tests.scorecard.unread import answers_twice, next_client_asks

_OTHER_MODEL = Ask(model="kimi-k2.6")
_STALE = "sealane_upstream_stale_connections_total"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Second:
    """What becomes of the second client's request: its answer, all attempts, and what the provider sees in all."""

    gets: Gets = field(default_factory=Gets)
    results: Results = field(default_factory=lambda: {"moonshot": ("ok", "ok")})
    requests: int = 2
    connections: int = 2


def _two_clients(
    name: str,
    script: tuple[str, ...],
    second: _Second = _Second(),
    with_fallback: _Second | None = None,
    *,
    first: Ask = CHAT,
    pause: float = 0.0,
    stale: int = 0,
) -> Row:
    """One client asks, then another one for another model; what the provider does in between is in ``script``."""

    def case(suffix: str, setup: Setup, then: _Second) -> Case:
        asks = (Asks(first, Gets()), Waits(pause), Asks(_OTHER_MODEL, then.gets))
        return Case(
            name=name + suffix,
            setup=setup,
            steps=(Script("moonshot", script), *asks, Opened("moonshot", then.connections)),
            results=then.results,
            reached={"moonshot": then.requests},
            series={_STALE: stale},
        )

    return Row(
        name=name,
        result=", ".join(f"`{result}`" for result in second.results["moonshot"]),
        breaker="–" if with_fallback is None else "counts",
        alone="each client its own answer",
        fallback="the same" if with_fallback is None else "the second client the fallback's answer",
        cases=(
            case("", Setup(opens_at=2), second),
            case(", with a fallback", Setup(opens_at=2, fallback=True), with_fallback or second),
        ),
    )


_UNREAD = "an unasked answer that nobody has read yet"

ROWS = (
    Row(
        name=_UNREAD,
        result="`ok`, `ok`",
        breaker="–",
        alone="each client its own answer",
        fallback="the same",
        cases=tuple(
            Case(
                name=_UNREAD + suffix,
                setup=Setup(door=answers_twice, fallback=bool(suffix)),
                steps=(Plays(next_client_asks),),
                results={"moonshot": ("ok", "ok")},
            )
            for suffix in ("", ", with a fallback")
        ),
    ),
    _two_clients("an unasked second answer", ("second-answer", "")),
    _two_clients("an unasked second answer behind a stream", ("second-answer", ""), first=STREAM),
    _two_clients("a byte on an idle connection", ("late-byte:0.02", ""), pause=0.15),
    _two_clients(
        "a byte that meets the next request",
        ("late-byte:0.3", "delay:2", ""),
        _Second(gets=Gets(attempts=2), results={"moonshot": ("ok", "ServerError", "ok")}, requests=3),
        _Second(gets=FROM_FALLBACK, results={"moonshot": ("ok", "ServerError"), "zai": ("ok",)}, connections=1),
    ),
    _two_clients("closed after the answer, unannounced", ("close-after", ""), pause=0.1),
    _two_clients(
        "keep-alive race: closed when the request came", ("", "cut-before-head", ""), _Second(requests=3), stale=1
    ),
    _two_clients("keep-alive race: reset when the request came", ("", "reset", ""), _Second(requests=3), stale=1),
    _two_clients(
        "keep-alive race, and the fresh connection closes too",
        ("", "cut-before-head", "cut-before-head", ""),
        _Second(gets=Gets(attempts=2), results={"moonshot": ("ok", "Connect", "ok")}, requests=4, connections=3),
        _Second(gets=FROM_FALLBACK, results={"moonshot": ("ok", "Connect"), "zai": ("ok",)}, requests=3),
        stale=1,
    ),
    _two_clients("kept connection, nothing wrong", ("", ""), _Second(connections=1)),
    harmless("answer that ends with the connection", "no-length"),
)
