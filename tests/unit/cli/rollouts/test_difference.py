"""``diff``: the difference between two revisions, and nothing else."""

from typing import Any

import pytest

from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.rollouts.difference import readable, show_difference
from tests.support.desk import Desk
from tests.support.resources import provider, rule
from tests.support.scripted_api import pointer, revision, settled, stepping

_OTHER: dict[str, Any] = {"rules": [rule(timeouts={"connect": "5s"})]}


async def _diff(desk: Desk, *revisions: int) -> list[str]:
    assert await show_difference(desk.routes, desk.screen, "chat", revisions) == 0
    return desk.lines


async def test_stable_is_compared_with_the_candidate() -> None:
    """A unified diff whose one change is the one that was made."""
    desk = Desk(stepping())
    desk.api.add_revisions(revision(7, "Stable"), revision(8, "Candidate", **_OTHER))

    lines = await _diff(desk)

    assert lines[:2] == ["--- chat-7", "+++ chat-8"]
    changed = [line for line in lines[2:] if line[0] in "+-"]
    assert changed == ["+  timeouts:", "+    connect: 5s"]


async def test_without_a_candidate_what_served_before_is_compared() -> None:
    """What the bake falls back to, else what was promoted last before stable."""
    desk = Desk(settled(8, rollout={"phase": "Baking", "previous": pointer(5)}))
    desk.api.add_revisions(*(revision(number) for number in (5, 6, 8)))
    assert (await _diff(desk))[0] == "revisions 5 and 8 of team/chat hold the same"

    desk = Desk(settled(8))
    desk.api.add_revisions(*(revision(number) for number in (5, 6, 8)), revision(9, "Candidate"))
    assert (await _diff(desk))[0] == "revisions 6 and 8 of team/chat hold the same"


async def test_revisions_can_be_named() -> None:
    """One is compared with stable, two with each other, in the order they are named."""
    desk = Desk(settled(7))
    desk.api.add_revisions(revision(5), revision(6, **_OTHER), revision(7, "Stable"))

    assert (await _diff(desk, 6))[:2] == ["--- chat-6", "+++ chat-7"]
    assert "+++ chat-6" in await _diff(desk, 5, 6)


async def test_a_revision_that_is_not_there_is_told_with_those_that_are() -> None:
    """A foreign one of that number is not there either."""
    desk = Desk(settled(7))
    desk.api.add_revisions(revision(7, "Stable"), revision(6), revision(5, owner="somebody-else"))

    for number in (4, 5):
        with pytest.raises(CommandFailed, match=f"team/chat has no revision {number}; there are 7, 6"):
            await _diff(desk, number)


@pytest.mark.parametrize(
    ("status", "words"),
    [({}, "has no stable revision yet"), (settled(7), "only revision 7 of team/chat ever served")],
    ids=["none", "one"],
)
async def test_where_there_is_nothing_to_compare_it_says_so(status: dict[str, object], words: str) -> None:
    """And what to type instead."""
    desk = Desk(status)
    desk.api.add_revisions(revision(7, "Stable"))

    with pytest.raises(CommandFailed, match=words):
        await _diff(desk)


def test_what_means_the_same_reads_the_same() -> None:
    """Defaults go, lists without an order are sorted, and a default written otherwise is a default."""
    targets = [{"provider": "a"}]
    plain = {"providers": [provider("b"), provider("a")], "rules": [rule(targets=targets)]}
    spelled = {
        "providers": [provider("a", maxConcurrency=200, breaker={"window": "30000ms"}), provider("b")],
        "rules": [rule(targets=targets, critical=True)],
    }

    assert readable(spelled) == readable(plain)
    assert [each["name"] for each in readable(plain)["providers"]] == ["a", "b"]


def test_order_that_means_something_is_kept() -> None:
    """Targets are tried in their order; a body that is set is the client's business."""
    targets = [{"provider": "z", "set": {"stop": ["b", "a"]}}, {"provider": "a"}]
    spec = {"providers": [provider("a"), provider("z")], "rules": [rule(targets=targets)]}

    assert readable(spec)["rules"][0]["targets"] == targets


def test_a_newer_spec_is_shown_as_it_is_stored() -> None:
    """A field that this version does not know is not hidden."""
    spec = {"providers": [provider(charm="high")], "rules": [rule()]}

    assert readable(spec) == spec
