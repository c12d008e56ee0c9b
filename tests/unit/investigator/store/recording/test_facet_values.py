"""Counts by facet and value."""

from sealane_investigator.incident.incident import MAX_FACET_VALUES, OTHER
from sealane_investigator.store.recording.facet_values import KnownValues
from sealane_investigator.store.store import SqlStore
from tests.support.stores import Opener, analysed


async def test_the_51st_value_and_all_after_it_are_other(store: SqlStore) -> None:
    """Those that are known go on counting; the sum is exact."""
    await store.record([analysed(number, tenant=f"t{number}") for number in range(70)], {})
    await store.record([analysed(f"again-{number}", tenant=f"t{number}") for number in range(70)], {})

    tenants = (await store.facets(1))["tenant"]

    assert len(tenants) == MAX_FACET_VALUES + 1
    assert tenants[OTHER] == 2 * (70 - MAX_FACET_VALUES)
    assert sum(tenants.values()) == 140
    assert tenants["t0"] == 2


async def test_replicas_that_know_different_values_keep_the_bound_together(opener: Opener) -> None:
    """What another replica added is looked up before a value is added."""
    first = await opener()
    second = first if first._database.is_sqlite else await opener()
    for number in range(40):
        await first.record([analysed(f"a{number}", tenant=f"a{number}")], {})
        await second.record([analysed(f"b{number}", tenant=f"b{number}")], {})

    tenants = (await first.facets(1))["tenant"]

    assert len(tenants) == MAX_FACET_VALUES + 1
    assert sum(tenants.values()) == 80


async def test_a_value_that_is_called_other_is_counted_with_the_others(store: SqlStore) -> None:
    """It takes no place of its own."""
    await store.record([analysed(1, tenant=OTHER), analysed(2, tenant="blue")], {})

    assert (await store.facets(1))["tenant"] == {"blue": 1, OTHER: 1}


def test_what_is_known_is_bounded() -> None:
    """The incidents that were learnt first are forgotten."""
    known = KnownValues()
    known.learn(range(6_000), [(0, "tenant", "blue"), (5_999, "tenant", "blue")])

    known.trim()

    assert known.of(0) == {}
    assert known.of(5_999) == {"tenant": {"blue"}}
