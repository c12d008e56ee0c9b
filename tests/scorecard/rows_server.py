"""The provider answers, and the answer is that it is broken; or it is no answer at all."""

from tests.scorecard.ask import MESSAGES, STREAM, Gets, failed
from tests.scorecard.route import Setup
from tests.scorecard.row import fault, harmless

_BROKEN = failed(502, "provider_error", attempts=2)


def _broken(said: str) -> Gets:
    return failed(502, "provider_error", attempts=2, said=said)


ROWS = (
    fault("500", "status:500", "ServerError", _BROKEN),
    fault("500 for a stream", "status:500", "ServerError", _BROKEN, ask=STREAM),
    fault("500 in Anthropic's shape", "status:500", "ServerError", _BROKEN, ask=MESSAGES),
    fault(
        "500, Z.ai's 1230", "code:1230", "ServerError",
        failed(502, "provider_error", attempts=2, said="1230", provider="zai"), setup=Setup(model="glm-4.6"),
    ),
    fault("502 with HTML", "html:502", "ServerError", _BROKEN),
    fault("503", "status:503", "ServerError", _BROKEN),
    fault("504 with HTML", "html:504", "ServerError", _BROKEN),
    fault("408", "status:408", "Timeout", failed(504, "provider_timeout")),
    fault("3xx, never followed", "redirect:307", "ServerError", _BROKEN),
    fault("200 with an error body", "error-200", "ServerError", _BROKEN),
    fault("200, JSON cut in the middle", "wrong-json", "ServerError", _broken("answer_not_json")),
    fault("not HTTP", "not-http", "ServerError", _broken("not_http")),
    fault("101 Switching Protocols", "switching", "ServerError", _broken("switching_protocols")),
    fault("a head of 100 KiB", "huge-head", "ServerError", _broken("head_too_large")),
    harmless("1xx before the answer", "informational"),
    harmless("compressed, though not asked for", "compressed", gets=Gets(compressed=True)),
    harmless("a compressed stream", "compressed", gets=Gets(compressed=True), ask=STREAM),
)  # fmt: skip
