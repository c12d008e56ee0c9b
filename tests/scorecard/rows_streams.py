"""Silence, and answers that stop, break or are mixed up. Before the commit another attempt is made; after it none."""

from tests.scorecard.ask import BROKEN, CHAT, MESSAGES_STREAM, RESPONSES_STREAM, STREAM, Ask, Gets, failed
from tests.scorecard.route import Setup
from tests.scorecard.row import Row, fault, harmless

_CLOSED = failed(502, "provider_unreachable", attempts=2, said="connection_closed")

#: The rows that wait for a timeout wait this long.
_SHORT = Setup(patience="200ms")


def _late(name: str, meets: str, said: str, ask: Ask = CHAT) -> Row:
    """The provider keeps silent, before the commit: never asked the same again."""
    return fault(name, meets, "Timeout", failed(504, "provider_timeout", said=said), ask=ask, setup=_SHORT)


def _broken(name: str, meets: str, ask: Ask = STREAM, setup: Setup | None = None) -> Row:
    """After the commit: no second attempt, and an end that nobody takes for success."""
    return fault(name, meets, "BrokenStream", BROKEN, falls_back=False, ask=ask, setup=setup)


ROWS = (
    _late("slow first byte", "delay:5", "first_byte_timeout"),
    _late("slow first byte of a stream", "delay:5", "first_byte_timeout", STREAM),
    _late("slow first event of a stream", "slow-first-event:5", "first_byte_timeout", STREAM),
    _late("stream stalls before content", "stall", "first_byte_timeout", STREAM),
    _late("JSON stalls after its head", "stall", "idle_timeout"),
    _late("JSON stalls in the middle", "stall-after-content", "idle_timeout"),
    fault("JSON cut in the middle of the body", "cut", "Connect", _CLOSED),
    fault(
        "JSON without length, cut", "no-length,cut", "Connect",
        failed(502, "provider_unreachable", attempts=2, said="answer_not_json"),
    ),
    fault(
        "JSON reset in the middle of the body", "reset-mid-body", "Connect",
        failed(502, "provider_unreachable", attempts=2, said="connection_reset"),
    ),
    fault("stream cut before content", "cut-before-content", "Connect", _CLOSED, ask=STREAM),
    fault(
        "in-band error before content", "in-band-error", "ServerError", failed(502, "provider_error", attempts=2),
        ask=STREAM,
    ),
    _broken("stream stalls after content", "stall-after-content", setup=_SHORT),
    _broken("stream cut after content", "cut"),
    _broken("stream reset after content", "reset-mid-body"),
    _broken("stream ends cleanly without its finish", "cut-clean"),
    _broken("no finish and no [DONE]", "no-finish-no-done"),
    harmless("finish without [DONE]", "no-done", gets=Gets(done=False), ask=STREAM),
    harmless("[DONE] without finish", "done-without-finish", ask=STREAM),
    _broken("glued chunk", "glued"),
    _broken("id changes mid-stream", "changed-id"),
    _broken("in-band error after content", "in-band-error-after-content"),
    fault(
        "JSON above 1 MiB, cut after the commit", "big:4000000,cut", "BrokenStream", Gets(whole=False),
        falls_back=False,
    ),
    _broken("messages stream cut after content", "cut", MESSAGES_STREAM),
    _broken("messages stream without message_stop", "no-done", MESSAGES_STREAM),
    _broken("messages, in-band error after content", "in-band-error-after-content", MESSAGES_STREAM),
    _broken("responses stream cut after content", "cut", RESPONSES_STREAM),
)  # fmt: skip
