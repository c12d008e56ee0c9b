"""What an entry takes."""

from sealane_router.report.entry import BASE_BYTES
from tests.support.error_entries import entry_of


def test_an_entry_is_as_large_as_what_it_quotes() -> None:
    """Messages and tracebacks count beside what every entry takes, in bytes and not in characters."""
    small, large, wide, raw = entry_of(""), entry_of("x" * 8192), entry_of("请" * 4096), entry_of(b"x" * 8192)

    assert BASE_BYTES < small.size < BASE_BYTES + 100
    assert large.size >= BASE_BYTES + 8192
    assert wide.size >= BASE_BYTES + 8192
    assert raw.size >= BASE_BYTES + 8192
    small.exception = "x" * 1000
    assert small.size > BASE_BYTES + 1000
