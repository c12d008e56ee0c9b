"""What is known of a list, whatever order its events come in."""

from dataclasses import dataclass, field
from itertools import permutations

import pytest

from sealane_router.cluster.kube import listing
from sealane_router.cluster.kube.listing import MAX_STALE_LISTS, Listing, StaleList


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of which ``what`` is kept."""

    key: str
    version: str = field(compare=False)
    what: str = ""


def test_a_list_replaces_everything() -> None:
    """True when that changed something; what did not change stays the same object."""
    known: Listing[Thing] = Listing()
    first = Thing("a", "1", "x")
    assert known.replace([first, Thing("b", "2")], "5")
    assert not known.replace([Thing("a", "1", "x"), Thing("b", "2")], "6")
    assert known.items["a"] is first
    assert known.replace([Thing("a", "7", "y")], "7")

    assert known.items == {"a": Thing("a", "7", "y")}
    assert known.version == "7"


def test_what_differs_in_its_version_alone_is_no_news() -> None:
    """It is kept all the same: the next event is compared with it."""
    known: Listing[Thing] = Listing()
    known.replace([Thing("a", "1", "x")], "5")

    assert not known.put(Thing("a", "8", "x"))
    assert known.items["a"].version == "8"
    assert not known.put(Thing("a", "7", "late"))
    assert known.put(Thing("a", "9", "y"))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_no_order_of_events_brings_an_old_state_back(order: tuple[int, ...]) -> None:
    """Late, doubled or reordered: the newest version of each object is what counts."""
    known: Listing[Thing] = Listing()
    known.replace([Thing("a", "1", "old")], "5")
    events = [
        lambda: known.put(Thing("a", "6", "newer")),
        lambda: known.remove(Thing("a", "7")),
        lambda: known.put(Thing("b", "8", "other")),
        lambda: known.put(Thing("a", "3", "stale")),
    ]
    for number in (*order, *order):
        events[number]()

    assert known.items == {"b": Thing("b", "8", "other")}
    assert known.version == "8"


def test_an_older_list_is_refused_until_it_cannot_be_a_server_that_lags() -> None:
    """After a backup was restored, all versions are older, and then they are the truth."""
    known: Listing[Thing] = Listing()
    known.replace([Thing("a", "90", "x")], "100")
    for _ in range(MAX_STALE_LISTS - 1):
        with pytest.raises(StaleList, match="version 40 after 100"):
            known.replace([Thing("a", "30", "y")], "40")
    kept = dict(known.items)

    assert known.replace([Thing("a", "30", "y")], "40")
    assert (kept["a"].what, known.items["a"].what) == ("x", "y")
    assert known.put(Thing("a", "41", "z"))


def test_versions_that_are_no_numbers_are_taken_as_they_come() -> None:
    """Kubernetes promises nothing else."""
    known: Listing[Thing] = Listing()
    known.replace([Thing("a", "abc", "x")], "def")

    assert known.put(Thing("a", "aaa", "y"))
    assert known.version == "aaa"


def test_so_many_deleted_objects_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten first; a late event could bring that one back until the next list."""
    monkeypatch.setattr(listing, "_MAX_GONE", 2)
    known: Listing[Thing] = Listing()
    known.replace([Thing(name, "1") for name in "abc"], "5")
    for number, name in enumerate("abc", 6):
        known.remove(Thing(name, str(number)))

    assert not known.put(Thing("c", "7"))
    assert not known.put(Thing("b", "6"))
    assert known.put(Thing("a", "6"))


def test_a_bookmark_moves_on_and_a_list_can_be_demanded() -> None:
    """What is known stays."""
    known: Listing[Thing] = Listing()
    known.replace([Thing("a", "1")], "5")
    known.bookmark("50")
    known.bookmark("40")
    moved = known.version
    known.forget_version()

    assert (moved, known.version, len(known.items)) == ("50", "", 1)
