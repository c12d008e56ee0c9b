"""The store as a whole: opening, linking, the backlog, tidying."""

from dataclasses import replace
from pathlib import Path

import pytest

from sealane_investigator.errors import DeedRefused
from sealane_investigator.interfaces import Store
from sealane_investigator.settings.database import DatabaseSettings
from sealane_investigator.store.store import SqlStore, open_store
from tests.support.stores import NOON, analysed, events, one


async def test_a_sqlite_file_is_made_and_found_again(tmp_path: Path) -> None:
    """No setting is needed, and a restart loses nothing."""
    settings = replace(DatabaseSettings(), database=f"sqlite:///{tmp_path / 'store.db'}")
    first = await open_store(settings, lambda: NOON)
    await first.record(events(3), {})
    await first.close()

    again = await open_store(settings, lambda: NOON)

    assert (await one(again)).count == 3
    assert (await again.record(events(4), {})).counted == 1
    await again.close()


def test_it_is_a_store() -> None:
    """Mypy compares every method with the protocol's."""

    def as_protocol(store: SqlStore) -> Store:
        return store

    assert as_protocol.__annotations__["return"] is Store


async def test_a_person_or_a_stage_links_children_to_a_parent(store: SqlStore) -> None:
    """A child has no children of its own, and a parent no parent."""
    await store.record([analysed(number, kind=str(number)) for number in range(1, 5)], {})

    linked = await store.link(1, [2, 3])
    refused = await store.link(4, [1])

    assert [(each.id, each.parent) for each in linked] == [(2, 1), (3, 1)]
    assert refused == []
    with pytest.raises(DeedRefused, match="child itself"):
        await store.link(2, [4])


async def test_the_backlog_counts_what_waits(store: SqlStore) -> None:
    """Investigations, notices, those that are held back, and where the stream ends."""
    await store.record([analysed(1), analysed(2, kind="b")], {"router-1/1": 4})
    await store.link(1, [2])

    found = await store.backlog()

    assert (found.investigations, found.notices, found.held, found.stream, found.dropped) == (2, 1, 1, 3, 4)


async def test_tidying_says_what_it_did(store: SqlStore) -> None:
    """Nothing, when there is nothing to do."""
    await store.record(events(1), {})

    assert set((await store.tidy()).values()) == {0}
