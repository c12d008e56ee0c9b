"""Silence, and answers that stop, break or are mixed up. Before the commit another attempt is made; after it none."""

from tests.scorecard.ask import BROKEN, MESSAGES_STREAM, RESPONSES_STREAM, STREAM, Ask, Gets, failed
from tests.scorecard.row import COUNTS, Row, fault, harmless

_REACHED = failed(502, "provider_unreachable", attempts=2, said="connection_closed")


def _late(said: str) -> Gets:
    return failed(504, "provider_timeout", said=said)


def _broken(name: str, meets: str, ask: Ask = STREAM) -> Row:
    """After the commit: no second attempt, and an end that nobody takes for success."""
    return fault(name, meets, "BrokenStream", BROKEN, fallback=None, learns=COUNTS, ask=ask)


ROWS = (
    fault("slow first byte", "delay:5", "Timeout", _late("first_byte_timeout")),
    fault("slow first byte of a stream", "delay:5", "Timeout", _late("first_byte_timeout"), ask=STREAM),
    fault("slow first event of a stream", "slow-first-event:5", "Timeout", _late("first_byte_timeout"), ask=STREAM),
    fault("stream stalls before content", "stall", "Timeout", _late("first_byte_timeout"), ask=STREAM),
    fault("JSON stalls after its head", "stall", "Timeout", _late("idle_timeout")),
    fault("JSON stalls in the middle", "stall-after-content", "Timeout", _late("idle_timeout")),
    fault("JSON cut in the middle of the body", "cut", "Connect", _REACHED),
    fault(
        "JSON without length, cut", "no-length,cut", "Connect",
        failed(502, "provider_unreachable", attempts=2, said="answer_not_json"),
    ),
    fault(
        "JSON reset in the middle of the body", "reset-mid-body", "Connect",
        failed(502, "provider_unreachable", attempts=2, said="connection_reset"),
    ),
    fault("stream cut before content", "cut-before-content", "Connect", _REACHED, ask=STREAM),
    fault(
        "in-band error before content", "in-band-error", "ServerError", failed(502, "provider_error", attempts=2),
        ask=STREAM,
    ),
    _broken("stream stalls after content", "stall-after-content"),
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
        "JSON above 1 MiB, cut after the commit", "big:4000000,cut", "BrokenStream", Gets(whole=False), fallback=None,
    ),
    _broken("messages stream cut after content", "cut", MESSAGES_STREAM),
    _broken("messages stream without message_stop", "no-done", MESSAGES_STREAM),
    _broken("messages, in-band error after content", "in-band-error-after-content", MESSAGES_STREAM),
    _broken("responses stream cut after content", "cut", RESPONSES_STREAM),
)  # fmt: skip
