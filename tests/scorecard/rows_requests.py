"""The provider finds fault with the request itself: it is told to the client, and nobody else is asked."""

from tests.scorecard.ask import CHAT, MESSAGES, Ask, Gets, failed
from tests.scorecard.route import Setup
from tests.scorecard.row import NOTHING, Row, fault

_ZAI = Setup(model="glm-4.6")


def _told(name: str, meets: str, result: str, gets: Gets, *, ask: Ask = CHAT, setup: Setup | None = None) -> Row:
    return fault(name, meets, result, gets, falls_back=False, learns=NOTHING, ask=ask, setup=setup)


def _by_zai(code: str, said: str) -> Gets:
    return failed(400, code, said=said, provider="zai")


ROWS = (
    _told("400", "status:400", "InvalidRequest", failed(400, "invalid_request")),
    _told("400 in Anthropic's shape", "status:400", "InvalidRequest", failed(400, "invalid_request"), ask=MESSAGES),
    _told(
        "400, prompt too long (Z.ai's 1261)", "code:1261", "InvalidRequest", _by_zai("invalid_request", "1261"),
        setup=_ZAI,
    ),
    _told("403 for a model", "forbidden-model", "InvalidRequest", failed(403, "permission_denied")),
    _told("404 for a model", "status:404", "InvalidRequest", failed(404, "model_not_found")),
    _told("413", "status:413", "InvalidRequest", failed(413, "request_too_large")),
    _told("content filter, Moonshot's", "content-filter", "PolicyRefusal", failed(400, "content_filter")),
    _told(
        "content filter, Z.ai's 1301", "code:1301", "PolicyRefusal", _by_zai("content_filter", "1301"), setup=_ZAI
    ),
)  # fmt: skip
