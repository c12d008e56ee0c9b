"""What a refusal of the API becomes."""

import pytest

from sealane_router.cluster.kube.errors import ApiRefused, Busy, Denied, Gone, Missing, refused


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ApiRefused), (401, Denied), (403, Denied), (404, Missing), (410, Gone), (422, ApiRefused), (429, Busy),
        (500, Busy), (503, Busy),
    ],
)  # fmt: skip
def test_the_status_decides(status: int, kind: type[ApiRefused]) -> None:
    """Words of Kubernetes stay in the text."""
    error = refused(status, "no\n  way")

    assert type(error) is kind
    assert str(error) == f"{status}: no way"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3.0), ("0", 0.0), ("9999999", 60.0), (None, None), ("soon", None), ("-1", None), ("1.5", None), ("٣", None)],
)
def test_a_wait_is_a_whole_number_of_seconds(header: str | None, seconds: float | None) -> None:
    """At most a minute; anything else is not believed."""
    error = refused(429, "later", header)

    assert isinstance(error, Busy)
    assert error.retry_after == seconds


def test_words_have_an_end() -> None:
    """A proxy may answer with a page."""
    assert len(str(refused(502, "x" * 10_000))) <= 310
