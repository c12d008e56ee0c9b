"""What the log says about watches that fail: once for many of them."""

import pytest

from sealane_kube.errors import Forbidden, KubeError, Unavailable, Unreadable, refusal
from sealane_router.cluster.kube.troubles import Troubles, kind_of


def _said(capsys: pytest.CaptureFixture[str], event: str) -> int:
    return capsys.readouterr().out.count(event)


def test_an_outage_of_hundreds_of_watches_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """However often each of them fails; and one line at the end of it."""
    troubles = Troubles()
    for _ in range(3):
        for watch in range(200):
            troubles.failed("secrets", watch, Unavailable("away"))
    failed = _said(capsys, "watch_failed")
    for watch in range(199):
        troubles.heard("secrets", watch)
    early = _said(capsys, "watch_resumed")
    troubles.heard("secrets", 199)

    assert (failed, early, _said(capsys, "watch_resumed")) == (1, 0, 1)


def test_another_kind_and_another_resource_are_news(capsys: pytest.CaptureFixture[str]) -> None:
    """A permission that is missing does not hide behind an outage."""
    troubles = Troubles()
    troubles.failed("secrets", 1, Unavailable("away"))
    troubles.failed("secrets", 2, Forbidden("no", 403))
    troubles.failed("routes", 1, Unavailable("away"))

    assert _said(capsys, "watch_failed") == 3


def test_a_watch_that_is_given_up_keeps_no_trouble_alive(capsys: pytest.CaptureFixture[str]) -> None:
    """Its Secret is not referred to any more; the next failure is told again."""
    troubles = Troubles()
    troubles.failed("secrets", 1, Forbidden("no", 403))
    troubles.forget("secrets", 1)
    troubles.heard("secrets", 2)
    troubles.failed("secrets", 2, Forbidden("no", 403))
    said = capsys.readouterr().out

    assert (said.count("watch_failed"), said.count("watch_resumed")) == (2, 0)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Unavailable("away"), "unreachable"),
        (Unreadable("not what Kubernetes says"), "unreadable"),
        (refusal(401, ""), "denied"),
        (refusal(403, ""), "denied"),
        (refusal(404, ""), "missing"),
        (refusal(410, ""), "gone"),
        (refusal(429, ""), "busy"),
        (refusal(503, ""), "busy"),
        (refusal(409, ""), "refused"),
        (refusal(422, ""), "refused"),
    ],
)
def test_there_are_seven_kinds(error: KubeError, kind: str) -> None:
    """A metric's label is one of a closed set."""
    assert kind_of(error) == kind
