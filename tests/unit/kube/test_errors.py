"""What a refusal of the API becomes."""

import pytest

from sealane_kube.errors import (
    AlreadyExists,
    Conflict,
    Expired,
    Forbidden,
    Invalid,
    KubeError,
    NotFound,
    Throttled,
    Unavailable,
    refusal,
)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid), (401, Forbidden), (403, Forbidden), (404, NotFound), (405, Invalid), (409, Conflict),
        (410, Expired), (422, Invalid), (429, Throttled), (301, Unavailable), (500, Unavailable), (504, Unavailable),
    ],
)  # fmt: skip
def test_the_status_decides(status: int, kind: type[KubeError]) -> None:
    """The call comes first, and Kubernetes' words stay in the text, on one line."""
    error = refusal(status, "no\n  way", call="GET /things")

    assert (type(error), error.status) == (kind, status)
    assert (str(error), error.words, error.brief) == ("GET /things: no way", "no way", f"{status}: no way")


def test_a_second_one_of_a_name_is_no_conflict() -> None:
    """Kubernetes answers both with 409."""
    assert type(refusal(409, "no", reason="AlreadyExists")) is AlreadyExists


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3.0), ("0", 0.0), ("9999999", 60.0), (None, None), ("soon", None), ("-1", None), ("1.5", None), ("٣", None)],
)
def test_a_wait_is_a_whole_number_of_seconds(header: str | None, seconds: float | None) -> None:
    """At most a minute; anything else is not believed. Whoever asked too often waits a second at least unless told."""
    assert refusal(503, "later", retry_after=header).retry_after == seconds
    assert refusal(429, "later", retry_after=header).retry_after == (1.0 if seconds is None else seconds)
    assert refusal(409, "later", retry_after=header).retry_after is None


def test_words_have_an_end() -> None:
    """A proxy may answer with a page; one that says nothing has its status."""
    error = refusal(502, "x" * 10_000)

    assert (len(str(error)), len(error.brief)) == (1_000, 305)
    assert str(refusal(502, "")) == "HTTP 502"
