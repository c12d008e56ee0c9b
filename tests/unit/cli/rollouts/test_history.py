"""``history``: the revisions of a route, newest first."""

import yaml

from sealane_cli.rollouts.history import show_history
from tests.support.desk import Desk
from tests.support.scripted_api import USER, hash_of, revision, stepping


async def test_revisions_are_listed_newest_first_with_what_is_pointed_at() -> None:
    """The star serves, the question mark is on trial."""
    desk = Desk(stepping())
    desk.api.add_revisions(revision(6), revision(7, "Stable"), revision(8, "Candidate"), revision(5, "Rejected"))

    assert await show_history(desk.routes, desk.screen, "chat", form="") == 0

    short = hash_of(7)[:12]
    assert desk.lines == [
        "REV   STATE        HASH           REQUESTED-BY   PROMOTED   AGE",
        f"8 ?   Candidate    {short}   {USER}       -          22h",
        f"7 *   Stable       {short}   {USER}       16h        22h",
        f"6     Superseded   {short}   {USER}       17h        22h",
        f"5     Rejected     {short}   {USER}       18h        22h",
    ]


async def test_revisions_of_others_are_left_out() -> None:
    """What another route of that name left behind, or somebody forged, is not this route's."""
    desk = Desk(stepping())
    desk.api.add_revisions(revision(7, "Stable"), revision(6, owner="somebody-else"))

    await show_history(desk.routes, desk.screen, "chat", form="wide")

    assert len(desk.lines) == 2
    assert hash_of(7) in desk.text


async def test_only_metadata_is_asked_for() -> None:
    """Contents are not needed, and may be large."""
    desk = Desk(stepping())
    desk.api.add_revisions(revision(7, "Stable"))

    await show_history(desk.routes, desk.screen, "chat", form="yaml")

    assert "PartialObjectMetadataList" in desk.api.headers[-1]["Accept"]
    assert desk.api.queries[-1]["labelSelector"] == "sealane.dev/route=chat"
    assert [item["metadata"]["name"] for item in yaml.safe_load(desk.text)["items"]] == ["chat-7"]


async def test_a_route_without_revisions_says_so() -> None:
    """And where to ask why."""
    desk = Desk({})

    assert await show_history(desk.routes, desk.screen, "chat", form="") == 0

    assert desk.lines == ["team/chat has no revisions yet; why: kubectl sealane why chat"]
