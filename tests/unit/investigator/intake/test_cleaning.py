"""The second redaction."""

import threading
from dataclasses import asdict, fields
from typing import Any

import pytest

from sealane_api.diagnosis.error_event import MAX_MESSAGE, ErrorEvent
from sealane_investigator.intake.cleaning import LONG_TEXT, MAX_AHEAD_SECONDS, Cleaning
from sealane_telemetry.error_text.redaction import ErrorTextRedactor
from tests.support.reported import AT, event

SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz"
_TEXTS = [field.name for field in fields(ErrorEvent) if "str" in str(field.type)]


def _cleaned(**changed: Any) -> ErrorEvent:
    return Cleaning(lambda text: text.replace(SECRET, "<key>")).clean(event(1, **changed), AT + 10)


def test_an_event_that_needs_nothing_stays_as_it_is() -> None:
    """Redaction does not touch what a sender redacted."""
    assert _cleaned() == event(1)


@pytest.mark.parametrize("name", _TEXTS)
def test_a_key_is_taken_out_wherever_it_stands(name: str) -> None:
    """In every member that is a text, also in those that should be names."""
    cleaned = _cleaned(**{name: f"a {SECRET} b"})

    assert SECRET not in str(asdict(cleaned))


@pytest.mark.parametrize("name", _TEXTS)
def test_what_no_database_stores_is_replaced(name: str) -> None:
    """PostgreSQL takes no NUL."""
    assert "\0" not in str(getattr(_cleaned(**{name: "a\0b"}), name))


@pytest.mark.parametrize("name", ["model", "code", "type"])
def test_a_text_where_a_name_belongs_is_redacted(name: str) -> None:
    """Names and numbers stay."""
    cleaning = Cleaning(lambda text: f"<{len(text)}>")
    said = [getattr(cleaning.clean(event(1, **{name: text}), AT), name) for text in ("tell my boss", "kimi-k3", "1302")]

    assert said == ["<12>", "kimi-k3", "1302"]


def test_a_redaction_that_makes_a_text_longer_is_cut() -> None:
    """The bound of a message holds afterwards too."""
    cleaning = Cleaning(lambda text: text * 2)

    assert len(cleaning.clean(event(1, message="x" * MAX_MESSAGE), AT + 10).message) == MAX_MESSAGE


def test_an_event_does_not_happen_after_it_arrived() -> None:
    """A clock that is a little ahead is believed, one that is far ahead is not."""
    ahead = AT + 10 + MAX_AHEAD_SECONDS

    assert _cleaned(occurred_at=ahead).occurred_at == ahead
    assert _cleaned(occurred_at=ahead + 1).occurred_at == AT + 10


def test_a_wording_is_redacted_once() -> None:
    """The next event that says the same costs nothing."""
    seen: list[str] = []

    def redact(text: str) -> str:
        seen.append(text)
        return text

    cleaning = Cleaning(redact)
    for number in range(3):
        cleaning.clean(event(number), AT)

    assert seen == ["Invalid Authentication"]


async def test_a_batch_is_cleaned_as_its_events_are_and_long_texts_on_a_thread() -> None:
    """Whoever waits for the loop is not held up by an error of many pages."""
    threads: set[str] = set()

    def redact(text: str) -> str:
        threads.add(threading.current_thread().name)
        return text.upper()

    events = [event(1, message="short"), event(2, message="x" * (LONG_TEXT + 1))]
    cleaned = await Cleaning(redact).clean_all(events, AT + 10)

    assert [each.message for each in cleaned] == ["SHORT", "X" * (LONG_TEXT + 1)]
    assert len(threads) == 2


def test_what_a_person_wrote_is_kept_but_for_keys() -> None:
    """Whatever the redaction of error texts would make of it."""
    cleaning = Cleaning(lambda _: "<text>")

    assert cleaning.remark("Gruß an das Team,\nsiehe PR 771") == "Gruß an das Team,\nsiehe PR 771"
    assert "sk-abcdefghij" not in cleaning.remark("key sk-abcdefghij leaked")
    assert cleaning.remark("a\0b") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("place", ["tenant", "route", "workload", "failure_class", "request_id", "id"])
@pytest.mark.parametrize(
    "secret",
    [
        "gsk_Q7vR2mZ9tXc4Lp8WnB3s",
        "AIzaSyDQ7vR2mZ9tXc4Lp8WnB3sQ7vR2mZ9tXc4",
        "xai-Q7vR2mZ9tXc4Lp8WnB3s",
        "the patient has a melanoma",
        "请帮我写一封辞职信",
    ],
)
def test_a_key_or_a_sentence_is_no_name(place: str, secret: str) -> None:
    """Wherever a sender puts it; and what was made of it stays as it is."""
    cleaning = Cleaning(ErrorTextRedactor(b"a key of sixteen bytes").redact)
    cleaned = cleaning.clean(event(1, **{place: f"ns/{secret}"}), AT)

    shown = getattr(cleaned, place)
    assert not any(secret[at : at + 6] in shown for at in range(len(secret) - 5))
    assert cleaning.clean(cleaned, AT) == cleaned


@pytest.mark.parametrize(
    "name",
    ["team/chat", "team/Deployment/api-7d4b9c6f5d-x2x4z", "api.moonshot.ai", "9f86d081884c7d65", "ns/Pod/token-1"],
)
def test_a_name_stays_as_it_is(name: str) -> None:
    """So that people find it."""
    assert Cleaning(ErrorTextRedactor(b"a key of sixteen bytes").redact).name(name) == name
