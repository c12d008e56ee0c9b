"""Entries as the investigator reads them."""

import json
from typing import Any

import msgspec
import pytest

from sealane_api.diagnosis.error_event import MAX_MESSAGE, ErrorBatch, ErrorEvent, Origin
from sealane_router.report.describing import EventWriter
from sealane_router.report.entry import Entry
from tests.support.error_entries import entry_of, writer_of


def _event(entry: Entry, writer: EventWriter | None = None) -> ErrorEvent:
    return msgspec.json.decode((writer or writer_of()).event(entry), type=ErrorEvent)


def test_an_event_says_what_the_entry_held() -> None:
    """With the reporter's names for itself and for it."""
    entry = entry_of()
    entry.sequence, entry.credential, entry.credential_class = 41, "0123456789abcdef", "sk-"
    entry.traceparent, entry.type, entry.count = b"00-" + b"a" * 32 + b"-b7ad6b7169203331-01", "rate_limit_error", 3

    assert _event(entry) == ErrorEvent(
        id="e-41",
        reporter="router-0",
        epoch="e",
        sequence=41,
        occurred_at=1_700_000_000.5,
        origin=Origin.ROUTER,
        route="team/chat",
        revision=7,
        provider="moonshot",
        dialect="Moonshot",
        base_url_host="api.moonshot.test",
        model="kimi-k3",
        tenant="acme",
        credential="0123456789abcdef",
        credential_class="sk-",
        status=429,
        code="rate_limit",
        type="rate_limit_error",
        message="SLOW DOWN",
        failure_class="RateLimited",
        attempt=1,
        request_id="0" * 32,
        trace_id="a" * 32,
        count=3,
    )


def test_our_own_code_is_told_in_words() -> None:
    """Where there is no message of the provider."""
    entry = entry_of("", code="connection_refused")

    assert _event(entry).message == "CONNECTION REFUSED"


def test_what_is_not_known_is_null() -> None:
    """And not an empty text."""
    event = _event(Entry(1.0, Origin.SELF))

    assert (event.origin, event.route, event.model, event.tenant, event.status) == (Origin.SELF, None, None, None, None)
    assert (event.base_url_host, event.request_id, event.trace_id, event.message) == (None, None, None, "")


def test_a_text_is_redacted_once() -> None:
    """Errors repeat themselves; what is remembered is bounded."""
    asked: list[str] = []

    def redact(text: str) -> str:
        asked.append(text)
        return "redacted"

    writer = EventWriter("r", "e", redact)
    for number in (0, 0, 0, 1, 0):
        assert _event(entry_of(f"text {number}"), writer).message == "redacted"
    assert asked == ["text 0", "text 1"]
    for number in range(1000):
        writer.event(entry_of(f"text {number}"))
    assert len(writer._redacted) <= 256


def test_no_message_is_longer_than_the_contract() -> None:
    """Before and after it was redacted."""
    grown = EventWriter("r", "e", lambda text: text * 2)

    assert len(_event(entry_of("x" * 20_000)).message) == MAX_MESSAGE
    assert len(_event(entry_of("x" * 8000), grown).message) == MAX_MESSAGE
    hurried = msgspec.json.decode(writer_of().event(entry_of("x" * 8000), 256), type=ErrorEvent)
    assert hurried.message == "X" * 256


def test_a_text_that_cannot_be_redacted_leaves_as_length_and_hash() -> None:
    """The event is worth more than none."""

    def broken(_text: str) -> str:
        raise ValueError("a defect")

    message = _event(entry_of("the secret prompt"), EventWriter("r", "e", broken)).message

    assert message.startswith("[redacted len=17 ")


@pytest.mark.parametrize("message", ["half \ud83d a pair", b"half \xf0\x9f a sign", b"\xff\xfe\x00"])
def test_what_no_json_can_hold_is_mended(message: str | bytes) -> None:
    """Whatever a provider wrote, in whatever encoding."""
    entry = entry_of(message)
    entry.model = "kimi-\udc00"

    assert (_event(entry).model or "").lower().startswith("kimi-")


def test_names_that_look_like_keys_are_no_names() -> None:
    """A client may write its key where the model belongs."""
    entry = entry_of()
    entry.model, entry.code = "sk-proj-0123456789abcdef", "sk-or-0123456789abcdef"
    event = _event(entry)

    assert "0123456789abcdef" not in f"{event.model} {event.code}"


def test_texts_where_names_belong_are_redacted() -> None:
    """A provider may write a prompt where its code belongs; a name that nobody has heard of is one all the same."""
    entry = entry_of()
    entry.model, entry.code, entry.type = "team/gemma-of-ours", "tell my grandmother", "made/up:x_y"
    event = _event(entry)

    assert (event.model, event.code, event.type) == ("team/gemma-of-ours", "TELL MY GRANDMOTHER", "made/up:x_y")


def test_a_batch_is_what_the_investigator_takes() -> None:
    """Whole, with the number of what is missing."""
    writer = writer_of()
    batch = writer.batch([writer.event(entry_of()), writer.event(entry_of("请"))], 7)
    read = msgspec.json.decode(batch, type=ErrorBatch)
    shown: dict[str, Any] = json.loads(batch)

    assert (read.reporter, read.epoch, read.dropped, len(read.events)) == ("router-0", "e", 7, 2)
    assert read.events[1].message == "请"
    assert list(shown) == ["reporter", "epoch", "events", "dropped"]
