"""The trace of a request."""

import pytest

from sealane_router.http1.traceparent import trace_id

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("header", "trace"),
    [
        (f"00-{TRACE}-b7ad6b7169203331-01".encode(), TRACE),
        (f"00-{TRACE.upper()}-b7ad6b7169203331-01".encode(), TRACE),
        (f"00-{'0' * 32}-b7ad6b7169203331-01".encode(), ""),
        (f"00-{TRACE[:-1]}z-b7ad6b7169203331-01".encode(), ""),
        (f"00{TRACE}--b7ad6b7169203331-01-----".encode(), ""),
        (b"\xff" * 60, ""),
        (b"", ""),
        (None, ""),
    ],
)
def test_a_trace_is_what_the_standard_says(header: bytes | None, trace: str) -> None:
    """32 hex digits that are not all zero; anything else is none."""
    assert trace_id(header) == trace
