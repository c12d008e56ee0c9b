"""Reading events generically."""

import pytest

from sealane_router.providers.streams.documents import NotJsonError, read_document


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a":1}', {"a": 1}),
        (b"[1]", {}),
        (b'"text"', {}),
        (b'{"a":1e999}', {"a": float("inf")}),
        (rb'{"a":"\ud800"}', {"a": "\ufffd"}),
    ],
)
def test_json_is_read(data: bytes, expected: dict[str, object]) -> None:
    """Everything that is JSON comes back, objects as they are."""
    assert read_document(data) == expected


@pytest.mark.parametrize("data", [b"", b"{", b'{"a":1}{', b'{"a":"\n"}', b"[" * 20_000, rb'{"a":"\ud800"', b"NaN"])
def test_what_is_not_json_is_refused(data: bytes) -> None:
    """Cut, glued, empty or bottomless data is no document."""
    with pytest.raises(NotJsonError):
        read_document(data)
