"""What ``POST /v1/errors`` takes, and how it refuses."""

import json
from dataclasses import fields
from typing import Any

import msgspec
import pytest

from sealane_api.diagnosis.error_event import MAX_BATCH, MAX_MESSAGE, MAX_NAME, ErrorBatch, ErrorEvent, Origin
from sealane_investigator.errors import BatchRefused
from sealane_investigator.intake import wire
from tests.support.reported import AT, as_json, batch


def _decoded(document: object) -> ErrorBatch:
    return wire.decode_batch(json.dumps(document).encode()).batch


def test_a_batch_comes_out_as_it_was_sent() -> None:
    """What the shared types hold is what JSON says."""
    sent = batch(1, 2, code="invalid_authentication", origin=Origin.CLIENT)

    assert wire.decode_batch(msgspec.json.encode(sent)) == wire.Received(sent)


def test_every_member_of_an_event_is_read_and_no_other() -> None:
    """A field that is added to the shared type is not forgotten here."""
    read = {field.name for field in msgspec.structs.fields(wire._Event)}

    assert read == {field.name for field in fields(ErrorEvent)}
    assert {field.name for field in msgspec.structs.fields(wire.Batch)} == {field.name for field in fields(ErrorBatch)}


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"message": "x" * (MAX_MESSAGE + 1)}, "events[0].message"),
        ({"model": "x" * (MAX_NAME + 1)}, "events[0].model"),
        ({"id": ""}, "events[0].id"),
        ({"status": "401"}, "events[0].status"),
        ({"status": 1_000}, "events[0].status"),
        ({"count": 0}, "events[0].count"),
        ({"occurred_at": AT * 1_000}, "events[0].occurred_at"),
        ({"sequence": -1}, "events[0].sequence"),
        ({"origin": "moon"}, "events[0].origin"),
        ({"reporter": "other"}, "events[0]"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(changed: dict[str, Any], place: str) -> None:
    """Too long, of a wrong type, out of bounds; and nothing of the value is repeated."""
    with pytest.raises(BatchRefused) as refused:
        _decoded(as_json(1, **changed))

    assert refused.value.place == place
    assert str(refused.value).startswith(f"{place}: ")
    assert "moon" not in str(refused.value)
    assert "xxx" not in str(refused.value)


@pytest.mark.parametrize(
    ("more", "of_batch", "place"),
    [
        ({"mesage": "x"}, {}, "events[0].mesage"),
        ({}, {"shard": {"deep": [1]}}, "shard"),
        # Only a name that looks like one is repeated.
        ({"sk-1234567890abcdef": "x"}, {}, "events[0].?"),
    ],
)
def test_what_a_later_router_writes_is_passed_over(more: dict[str, Any], of_batch: dict[str, Any], place: str) -> None:
    """Nothing of the rest is lost; whoever only wrote a wrong name is told."""
    document = as_json(1, **more) | of_batch

    read = wire.decode_batch(json.dumps(document).encode())

    assert read == wire.Received(_decoded(as_json(1)), place)


def test_what_cannot_be_used_is_refused_beside_what_nobody_knows() -> None:
    """Whichever comes first."""
    for changed in ({"mesage": "x", "status": "401"}, {"status": "401", "mesage": "x"}):
        with pytest.raises(BatchRefused) as refused:
            _decoded(as_json(1, **changed))
        assert refused.value.place == "events[0].status"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"\xff"', b'{"reporter": "r"}', b"[" * 100_000])
def test_what_is_no_batch_is_refused(body: bytes) -> None:
    """Whatever else it is."""
    with pytest.raises(BatchRefused):
        wire.decode_batch(body)


def test_a_batch_has_a_limit() -> None:
    """The longest is read, one event more is not."""
    assert len(_decoded(as_json(*range(MAX_BATCH))).events) == MAX_BATCH
    with pytest.raises(BatchRefused) as refused:
        _decoded(as_json(*range(MAX_BATCH + 1)))
    assert refused.value.place == "events"
