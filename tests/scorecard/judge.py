"""Compares what a client got with what it must get."""

from collections.abc import Iterator

from sealane_cli.stub.ask import REASONING
from tests.scorecard.ask import Ask, Gets
from tests.scorecard.received import Received
from tests.scorecard.route import FALLBACK_MODELS


def complaints_about(received: Received, ask: Ask, gets: Gets) -> list[str]:
    """Everything about the answer that is not as it must be, in words."""
    found = [
        f"{what}: {seen!r}, expected {expected!r}"
        for what, seen, expected in _plain_facts(received, ask, gets)
        if seen != expected
    ]
    found += _about_wait(received, gets)
    if gets.code:
        found += _about_break(received, ask) if received.streamed else []
    elif gets.whole and not found:
        found += _about_answer(received, ask, gets)
    return found


def _plain_facts(received: Received, ask: Ask, gets: Gets) -> Iterator[tuple[str, object, object]]:
    yield "status", received.status, gets.status
    yield "error code", received.error().get("code", ""), gets.code
    yield "provider", received.header("x-sealane-provider"), gets.provider
    yield "attempts", received.header("x-sealane-attempts"), str(gets.attempts)
    yield "model", received.header("x-sealane-model"), _model(ask, gets)
    yield "framing whole", received.whole, gets.whole
    yield "request id", bool(received.header("x-sealane-request-id")), True
    yield "stream", received.streamed, ask.stream and gets.status == 200
    for name, value in gets.headers.items():
        yield name, received.headers.get(name), value


def _model(ask: Ask, gets: Gets) -> str:
    """The name the answering provider was asked for."""
    if not gets.provider:
        return ""
    own = "zai" if ask.model.startswith("glm-") else "moonshot"
    return ask.model if gets.provider == own else FALLBACK_MODELS[gets.provider]


def _about_wait(received: Received, gets: Gets) -> list[str]:
    stated = received.headers.get("retry-after")
    if gets.retry_after is None:
        return [] if stated is None else [f"Retry-After: {stated}, expected none"]
    low, high = gets.retry_after
    if stated is None or not stated.isdecimal() or not low <= int(stated) <= high:
        return [f"Retry-After: {stated}, expected whole seconds from {low} to {high}"]
    return []


def _about_answer(received: Received, ask: Ask, gets: Gets) -> list[str]:
    found = []
    text = received.text()
    if not text.endswith(_says(ask, gets)):
        found.append(f"text {text!r} is not the answer of {gets.provider}")
    if (received.header("content-encoding") == "gzip") is not gets.compressed:
        found.append("the encoding was changed")
    if received.streamed and received.finished() is not gets.done:
        found.append("the last event is missing" if gets.done else "there is a last event that the provider never sent")
    if received.streamed and ask.api == "chat/completions" and len(received.ids()) != 1:
        found.append(f"{len(received.ids())} generations in one stream")
    return found


def _about_break(received: Received, ask: Ask) -> list[str]:
    """A stream that broke: what came before is well-formed, of one generation, and not taken for the whole."""
    found = []
    text = received.text()
    whole = "".join(REASONING) * (ask.api == "chat/completions") + _says(ask, Gets())
    if not whole.startswith(text):
        found.append(f"text {text!r} is no beginning of {whole!r}")
    if received.finished():
        found.append("a broken stream has its last event")
    if ask.api == "chat/completions" and len(received.ids()) != 1:
        found.append(f"{len(received.ids())} generations in one stream")
    if ask.api == "messages" and b"event: error\ndata: " not in received.body:
        found.append("no event: error")
    return found


def _says(ask: Ask, gets: Gets) -> str:
    return f"{gets.provider} stub answers as {_model(ask, gets)}"
