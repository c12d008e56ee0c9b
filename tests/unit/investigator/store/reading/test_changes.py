"""The stream as a client reads it that was away."""

import pytest

from sealane_investigator.interfaces import ChangeOf
from sealane_investigator.store.store import SqlStore
from sealane_investigator.store.work import retention
from tests.support.stores import DAY, FakeClock, analysed, events


async def test_a_client_that_comes_back_misses_nothing(store: SqlStore) -> None:
    """It names its last number and gets what followed, in order."""
    for number in range(5):
        await store.record([analysed(number, kind=str(number % 2))], {})

    missed = await store.changes(2, 100)

    assert missed is not None
    assert [(each.number, each.kind, each.incident.id) for each in missed] == [
        (3, ChangeOf.COUNTED, 1),
        (4, ChangeOf.COUNTED, 2),
        (5, ChangeOf.COUNTED, 1),
    ]
    assert await store.changes(5, 100) == []
    assert [each.number for each in await store.changes(0, 2) or []] == [1, 2]


async def test_a_number_of_another_database_means_reload(store: SqlStore) -> None:
    """One that was restored from a backup, for instance."""
    await store.record(events(1), {})

    assert await store.changes(17, 100) is None


async def test_what_is_no_longer_kept_means_reload(
    store: SqlStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when everything after the number is gone."""
    monkeypatch.setattr(retention, "MAX_STREAM", 2)
    for number in range(5):
        await store.record([analysed(number)], {})
    await store.tidy()

    assert await store.changes(2, 100) is None
    assert [each.number for each in await store.changes(3, 100) or []] == [4, 5]

    clock.pass_(8 * DAY)
    await store.tidy()

    assert await store.changes(3, 100) is None
    assert await store.changes(5, 100) == []
