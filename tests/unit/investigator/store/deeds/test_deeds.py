"""What people do to incidents."""

import asyncio
from typing import Any

import pytest

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.errors import DeedRefused, StaleVersion
from sealane_investigator.incident.diagnosis import Ground
from sealane_investigator.incident.incident import State, Trigger
from sealane_investigator.interfaces import MAX_DEEDS, ChangeOf, Deed
from sealane_investigator.store.store import SqlStore
from tests.support.stores import HOUR, NOON, analysed, do, events, one


@pytest.fixture
async def three(store: SqlStore) -> SqlStore:
    """Three incidents."""
    await store.record([analysed(number, kind=str(number)) for number in range(1, 4)], {})
    return store


async def test_many_are_resolved_at_once(three: SqlStore) -> None:
    """Each with an entry of the stream and a line of the audit."""
    resolved = await do(three, Deed.RESOLVE, 1, 3, revisions={"team/chat": 4})

    assert [(each.id, each.state) for each in resolved] == [(1, State.RESOLVED), (3, State.RESOLVED)]
    assert [(each.kind, each.incident.id) for each in await three.changes(3, 10) or []] == [
        (ChangeOf.RESOLVED, 1),
        (ChangeOf.RESOLVED, 3),
    ]
    assert [each.deed for each in await three.history(3, 5)] == [Deed.RESOLVE]
    assert (await one(three, 2)).state is State.OPEN


async def test_it_is_all_or_nothing(three: SqlStore) -> None:
    """One number that is not there, and nothing was done."""
    with pytest.raises(DeedRefused, match="no incident 99"):
        await do(three, Deed.RESOLVE, 1, 99)

    assert (await one(three)).state is State.OPEN
    assert await three.history(1, 5) == []


async def test_reopening_undoes_resolving_and_ignoring(three: SqlStore) -> None:
    """What is open already is not opened."""
    await do(three, Deed.RESOLVE, 1)
    await do(three, Deed.IGNORE, 2, until=NOON + HOUR)

    opened = await do(three, Deed.REOPEN, 1, 2)

    assert [(each.state, each.resolution, each.ignored_until) for each in opened] == [(State.OPEN, None, None)] * 2
    with pytest.raises(DeedRefused, match="incident 1 is open already"):
        await do(three, Deed.REOPEN, 1)


async def test_an_incident_has_one_assignee_or_nobody(three: SqlStore) -> None:
    """The last one holds."""
    await do(three, Deed.ASSIGN, 1, assignee="bob")
    assigned = (await one(three)).assignee
    await do(three, Deed.ASSIGN, 1, assignee=None)

    assert (assigned, (await one(three)).assignee) == ("bob", None)


async def test_a_person_changes_the_class_and_never_the_fingerprint(three: SqlStore) -> None:
    """With full confidence, on the ground that a person said so."""
    before = await one(three)

    (after,) = await do(three, Deed.RECLASSIFY, 1, **{"class": "auth_invalid_key", "cause": "config_change"})

    assert (after.diagnosis.error_class, after.diagnosis.cause) == (ErrorClass.AUTH_INVALID_KEY, Cause.CONFIG_CHANGE)
    assert (after.diagnosis.ground, after.diagnosis.confidence) == (Ground.PERSON, 1.0)
    assert after.fingerprint == before.fingerprint
    assert after.version == before.version + 1


async def test_asking_again_investigates_again(three: SqlStore) -> None:
    """Once for each asking, when the one before is done."""
    await do(three, Deed.INVESTIGATE, 1)
    await do(three, Deed.INVESTIGATE, 1)
    lease = await three.lease(1, 1, Trigger.ASKED, "replica", 60)
    assert lease is not None
    await three.write_back(lease, (await one(three)).diagnosis, None, None)
    done = await three.lease(1, 1, Trigger.ASKED, "replica", 60)

    await do(three, Deed.INVESTIGATE, 1)
    again = await three.lease(1, 1, Trigger.ASKED, "replica", 60)

    assert done is None
    assert again is not None
    assert again.fence > lease.fence


@pytest.mark.parametrize(
    ("deed", "arguments"),
    [
        (Deed.RECLASSIFY, {}),
        (Deed.RECLASSIFY, {"class": "sadness"}),
        (Deed.COMMENT, {}),
        (Deed.FEEDBACK, {"right": "maybe"}),
        (Deed.MERGE, {}),
        (Deed.MERGE, {"into": 1}),
        (Deed.UNMERGE, {}),
        (Deed.IGNORE, {"until": "soon"}),
        (Deed.RESOLVE, {"revisions": {"a": "b"}}),
    ],
)
async def test_a_deed_that_makes_no_sense_is_refused(three: SqlStore, deed: Deed, arguments: dict[str, Any]) -> None:
    """And leaves no trace."""
    with pytest.raises(DeedRefused):
        await do(three, deed, 1, **arguments)

    assert await three.history(1, 5) == []
    assert (await one(three)).version == 1


@pytest.mark.parametrize("numbers", [[], [*range(1, MAX_DEEDS + 2)]])
async def test_how_many_are_named_is_bounded(store: SqlStore, numbers: list[int]) -> None:
    """At least one."""
    with pytest.raises(DeedRefused, match=f"from 1 to {MAX_DEEDS}"):
        await store.act(numbers, Deed.RESOLVE, "ada", {})


async def test_comments_and_feedback_are_in_the_history(store: SqlStore) -> None:
    """And count as something that happened to the incident."""
    await store.record(events(1), {})

    await do(store, Deed.COMMENT, text="the key was rotated")
    await do(store, Deed.FEEDBACK, right=True)

    history = await store.history(1, 5)
    assert [each.arguments for each in history] == [{"right": True}, {"text": "the key was rotated"}]
    assert (await one(store)).version == 3


async def test_what_somebody_else_changed_meanwhile_is_not_changed(three: SqlStore) -> None:
    """Nothing of the deed is done; who names the present version does it, and the audit does not know the versions."""
    await do(three, Deed.ASSIGN, 2, assignee="ada")
    with pytest.raises(StaleVersion) as refused:
        await do(three, Deed.RESOLVE, 1, 2, versions={1: 1, 2: 1})
    assert (refused.value.incident, (await one(three, 1)).state) == (2, State.OPEN)

    await do(three, Deed.RESOLVE, 1, 2, versions={1: 1, 2: 2})

    assert (await one(three, 2)).state is State.RESOLVED
    assert [done.arguments for done in await three.history(2, 5)] == [{}, {"assignee": "ada"}]


async def test_of_two_who_read_the_same_version_one_is_refused(three: SqlStore) -> None:
    """Also when they ask in the same moment."""
    both = [do(three, Deed.ASSIGN, 1, assignee=name, versions={1: 1}) for name in ("ada", "grace")]

    outcomes = await asyncio.gather(*both, return_exceptions=True)

    assert sorted(isinstance(outcome, StaleVersion) for outcome in outcomes) == [False, True]
