"""Kept connections: what they say unasked, and how they end. Nobody ever gets another one's answer."""

from tests.scorecard.ask import CHAT, STREAM, Ask, Gets
from tests.scorecard.route import Setup
from tests.scorecard.row import Case, Row, harmless
from tests.scorecard.steps import Asks, Opened, Plays, Script, Waits
from tests.scorecard.unread import answers_twice, next_client_asks

_OTHER_MODEL = Ask(model="kimi-k2.6")
_STALE = "sealane_upstream_stale_connections_total"


def _two_clients(
    name: str,
    script: tuple[str, ...],
    *,
    breaker: str = "–",
    first: Ask = CHAT,
    pause: float = 0.0,
    second: Gets | None = None,
    results: tuple[str, ...] = ("ok", "ok"),
    requests: int = 2,
    connections: int = 2,
    stale: int = 0,
) -> Row:
    """One client asks, then another one for another model; what the provider does in between is in ``script``."""
    case = Case(
        name=name,
        setup=Setup(opens_at=2),
        steps=(
            Script("moonshot", script),
            Asks(first, Gets()),
            Waits(pause),
            Asks(_OTHER_MODEL, second or Gets()),
            Opened("moonshot", connections),
        ),
        results={"moonshot": results},
        reached={"moonshot": requests},
        series={_STALE: stale},
    )
    return Row(
        name=name,
        result=", ".join(f"`{result}`" for result in results),
        breaker=breaker,
        alone="each client its own answer",
        fallback="the same",
        cases=(case,),
    )


_UNREAD = "an unasked answer that nobody has read yet"

ROWS = (
    Row(
        name=_UNREAD,
        result="`ok`, `ok`",
        breaker="–",
        alone="each client its own answer",
        fallback="the same",
        cases=(
            Case(
                name=_UNREAD,
                setup=Setup(door=answers_twice),
                steps=(Plays(next_client_asks),),
                results={"moonshot": ("ok", "ok")},
            ),
        ),
    ),
    _two_clients("an unasked second answer", ("second-answer", "")),
    _two_clients("an unasked second answer behind a stream", ("second-answer", ""), first=STREAM),
    _two_clients("a byte on an idle connection", ("late-byte:0.02", ""), pause=0.15),
    _two_clients(
        "a byte that meets the next request", ("late-byte:0.3", "delay:2", ""),
        breaker="counts", second=Gets(attempts=2), results=("ok", "ServerError", "ok"), requests=3,
    ),
    _two_clients("closed after the answer, unannounced", ("close-after", ""), pause=0.1),
    _two_clients(
        "keep-alive race: closed when the request came", ("", "cut-before-head", ""), requests=3, stale=1
    ),
    _two_clients("keep-alive race: reset when the request came", ("", "reset", ""), requests=3, stale=1),
    _two_clients(
        "keep-alive race, and the fresh connection closes too", ("", "cut-before-head", "cut-before-head", ""),
        breaker="counts", second=Gets(attempts=2), results=("ok", "Connect", "ok"), requests=4, connections=3, stale=1,
    ),
    _two_clients("kept connection, nothing wrong", ("", ""), connections=1),
    harmless("answer that ends with the connection", "no-length"),
)  # fmt: skip
