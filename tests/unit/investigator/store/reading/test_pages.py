"""Pages of incidents."""

from typing import Any

import pytest

from sealane_investigator.errors import DeedRefused
from sealane_investigator.incident.incident import State
from sealane_investigator.interfaces import MAX_PAGE, Deed, Query
from sealane_investigator.store.store import SqlStore
from tests.support.stores import NOON, analysed, do, events


@pytest.fixture
async def filled(store: SqlStore) -> SqlStore:
    """Twelve incidents: number n was seen n times, last n seconds after noon, and two are resolved."""
    batch = [
        analysed(
            f"{kind:02}-{number:02}",
            kind=f"k{kind}",
            at=NOON + kind,
            tenant=f"t{kind % 3}",
            model="glm" if kind % 2 else "kimi",
        )
        for kind in range(1, 13)
        for number in range(kind)
    ]
    await store.record(batch, {})
    await do(store, Deed.RESOLVE, 3, 4)
    return store


async def _numbers(store: SqlStore, **wanted: Any) -> list[int]:
    return [each.count for each in (await store.incidents(Query(**wanted))).incidents]


@pytest.mark.parametrize("sort", ["last_seen", "first_seen", "count"])
async def test_pages_follow_each_other_without_a_gap_or_a_repetition(filled: SqlStore, sort: str) -> None:
    """From the most to the least, by a cursor."""
    seen: list[int] = []
    cursor = None
    while True:
        page = await filled.incidents(Query(sort=sort, limit=5, after=cursor))
        seen += [each.count for each in page.incidents]
        cursor = page.next
        if cursor is None:
            break

    assert seen == [*range(12, 0, -1)]


async def test_incidents_of_one_time_are_told_apart_by_their_number(store: SqlStore) -> None:
    """A cursor between equals loses none of them."""
    await store.record([analysed(number, kind=str(number)) for number in range(7)], {})
    first = await store.incidents(Query(limit=3))
    second = await store.incidents(Query(limit=10, after=first.next))

    assert [each.id for each in (*first.incidents, *second.incidents)] == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"states": (State.RESOLVED,)}, [4, 3]),
        ({"classes": ("rate_limit",), "limit": 2}, [12, 11]),
        ({"classes": ("tls_verify",)}, []),
        ({"facets": {"tenant": "t0"}}, [12, 9, 6, 3]),
        ({"facets": {"tenant": "t0", "model": "glm"}}, [9, 3]),
        ({"facets": {"tenant": "nobody"}}, []),
        ({"text": "K11"}, [11]),
        ({"text": "down k1", "limit": 2}, [12, 11]),
        ({"text": "100%"}, []),
        ({"text": "k_"}, []),
        ({"since": NOON + 11}, [12, 11]),
        ({"until": NOON + 3}, [2, 1]),
        ({"unsure": True}, []),
        ({"unsure": False, "limit": 1}, [12]),
        ({"origin": "alert"}, []),
        ({"parent": 1}, []),
    ],
)
async def test_a_filter_leaves_what_it_names(filled: SqlStore, wanted: dict[str, Any], expected: list[int]) -> None:
    """Signs that mean something to a database mean themselves."""
    assert await _numbers(filled, **wanted) == expected


async def test_what_was_merged_is_no_longer_listed(filled: SqlStore) -> None:
    """It is still found by its number."""
    await do(filled, Deed.MERGE, 12, into=11)

    assert await _numbers(filled, sort="count", limit=2) == [23, 10]
    assert await filled.incident(12) is not None


async def test_an_assignee_is_a_filter(filled: SqlStore) -> None:
    """Whoever has work finds it."""
    await do(filled, Deed.ASSIGN, 5, assignee="bob")

    assert await _numbers(filled, assignee="bob") == [5]


@pytest.mark.parametrize(
    "cursor", ["", "x", "!!", "WzFd", "bnVsbA", "WyJjb3VudCIsIDEsIDJd", "WyJsYXN0X3NlZW4iLDEsMWUzMF0"]
)
async def test_a_cursor_that_is_not_ours_is_refused(store: SqlStore, cursor: str) -> None:
    """Also one of another order."""
    with pytest.raises(DeedRefused, match="begin again without it"):
        await store.incidents(Query(after=cursor))


async def test_another_order_is_refused(store: SqlStore) -> None:
    """With those that there are."""
    with pytest.raises(DeedRefused, match="last_seen, first_seen, count"):
        await store.incidents(Query(sort="mood"))


async def test_a_page_is_bounded(store: SqlStore) -> None:
    """Whatever is asked for; and one is the least."""
    for hour in range(2):
        batch = [analysed(f"{hour}-{n}", kind=f"{hour}-{n}", reporter=f"r{hour}") for n in range(150)]
        await store.record(batch, {})

    assert len(await _numbers(store, limit=10_000)) == MAX_PAGE
    assert len(await _numbers(store, limit=-5)) == 1


async def test_an_empty_store_has_an_empty_page(store: SqlStore) -> None:
    """And no next one."""
    page = await store.incidents(Query())

    assert (page.incidents, page.next) == ((), None)
    assert await store.incident(1) is None
    assert (await store.record(events(0), {})).counted == 0


async def test_those_that_were_merged_into_one_are_found_by_it(filled: SqlStore) -> None:
    """And say so themselves; a page without that question leaves them out."""
    await do(filled, Deed.MERGE, 1, 2, into=12)

    found = (await filled.incidents(Query(merged_into=12))).incidents

    assert [(each.id, each.merged_into) for each in found] == [(2, 12), (1, 12)]
    assert not {1, 2} & {each.id for each in (await filled.incidents(Query(limit=MAX_PAGE))).incidents}
