"""A rule with two targets: the second is tried without a fallback, unless the request itself was refused."""

from tests.scorecard.ask import CHAT, FROM_FALLBACK, FROM_FALLBACK_AT_ONCE, Gets, failed
from tests.scorecard.route import Setup
from tests.scorecard.row import Case, Row
from tests.scorecard.steps import Asks, Meets, Step

_NEVER = {"sealane_fallbacks_total": 0.0, "sealane_retries_total": 0.0}


def _two(name: str, meets: str, result: str, breaker: str, gets: Gets, *more: Step) -> Row:
    """Both targets are the rule's own, so what goes to the second counts neither as fallback nor as retry."""
    moved = gets.provider == "zai"
    return Row(
        name=name,
        result=f"`{result}`" + (", then the other target" if moved else ""),
        breaker=breaker,
        alone="the other target's answer" if moved else gets.shown,
        fallback="–",
        cases=(
            Case(
                name=name,
                setup=Setup(second_target=True),
                steps=(Meets("moonshot", meets), Asks(CHAT, gets), *more),
                results={"moonshot": (result,), "zai": ("ok",) * (moved + len(more))},
                breakers={"moonshot": "open"} if breaker == "counts" else {},
                series=_NEVER,
            ),
        ),
    )


ROWS = (
    _two(
        "500, two targets, and the next client", "status:500", "ServerError", "counts",
        FROM_FALLBACK, Asks(CHAT, FROM_FALLBACK_AT_ONCE),
    ),
    _two("429, two targets", "retry-after:7", "RateLimited", "pauses the model", FROM_FALLBACK),
    _two("401, two targets", "unauthorized", "Unauthorized", "–", FROM_FALLBACK),
    _two("400, two targets", "status:400", "InvalidRequest", "–", failed(400, "invalid_request")),
    _two("content filter, two targets", "content-filter", "PolicyRefusal", "–", failed(400, "content_filter")),
)  # fmt: skip
