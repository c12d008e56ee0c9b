"""The silence of watches."""

from sealane_operator.world.kinds import WatchedKind
from sealane_operator.world.watch_ages import WatchAges

ROUTES, REVISIONS = WatchedKind.ROUTES, WatchedKind.REVISIONS


def test_a_kind_is_as_silent_as_its_most_silent_watch() -> None:
    """A watch that never began counts from the start."""
    now = [100.0]
    ages = WatchAges(["a", "b"], lambda: now[0])
    now[0] = 130.0
    for kind, scope in ((ROUTES, "a"), (REVISIONS, "a"), (REVISIONS, "b")):
        ages.heard(kind, scope)
    now[0] = 135.0

    assert ages.ages() == {ROUTES: 35.0, REVISIONS: 5.0}


def test_beginnings_are_counted() -> None:
    """Lists and streams, over all namespaces."""
    ages = WatchAges(["a", "b"], lambda: 0.0)
    for scope in ("a", "b"):
        ages.listed(ROUTES, scope)
        ages.streamed(ROUTES, scope)
    ages.streamed(ROUTES, "a")

    assert (ages.begun(ROUTES), ages.begun(REVISIONS)) == ((2, 3), (0, 0))
