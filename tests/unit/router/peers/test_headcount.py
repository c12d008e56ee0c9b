"""Heads counted, and how many may be missing."""

import pytest

from sealane_api.report import RouterReport, Standing
from sealane_router.peers.headcount import HeadCount, count_heads


def _head(process: str, standing: Standing = "stays", *, ready: bool = True) -> RouterReport:
    return RouterReport(process, process, ready=ready and standing != "left", draining=False, standing=standing)


def test_each_router_is_counted_for_what_it_says() -> None:
    """Itself included; who does not answer is not ready."""
    answers = {
        "a": _head("p1"),
        "b": _head("p2", ready=False),
        "c": _head("p3", "leaving"),
        "d": _head("p4", "left"),
        "e": None,
    }

    assert count_heads("me", answers, {}) == HeadCount(6, 4, unready=2, leaving=("p3",), left=("p4",))


def test_a_router_with_two_addresses_is_one() -> None:
    """Though one of them does not answer; this one's own address is none of another."""
    answers = {"v4": _head("p1"), "v6": None, "old": None, "self": _head("me")}

    assert count_heads("me", answers, {"v6": "p1"}) == HeadCount(3, 1, unready=1)
    assert count_heads("me", {"x": None, "y": None}, {"x": "p1", "y": "p1"}) == HeadCount(2, 0, unready=1)
    assert count_heads("me", {"x": None}, {"x": "me"}) == HeadCount(1, 0, unready=0)


def test_who_is_unready_and_means_to_leave_is_missed_once() -> None:
    """As unready."""
    assert count_heads("me", {"a": _head("p1", "leaving", ready=False)}, {}) == HeadCount(2, 1, unready=1)


@pytest.mark.parametrize(
    ("known", "unready", "room"),
    [(1, 0, 1), (2, 0, 1), (3, 0, 1), (4, 0, 2), (7, 0, 2), (8, 0, 3), (3, 1, 0), (4, 1, 1), (4, 2, 0), (100, 0, 26)],
)
def test_each_leaves_while_three_quarters_are_ready(known: int, unready: int, room: int) -> None:
    """The last one that may leave finds exactly that many, the next would not."""
    heads = HeadCount(known, known - 1, unready)

    assert heads.room == room
    assert room < 1 or 4 * (known - unready - (room - 1)) >= 3 * known
    assert 4 * (known - unready - room) < 3 * known
