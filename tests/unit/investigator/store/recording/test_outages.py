"""One outage is one incident with children."""

from dataclasses import replace

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.interfaces import Deed
from sealane_investigator.store.store import SqlStore
from tests.support.stores import DIAGNOSIS, FakeClock, analysed, do, one

DOWN = replace(DIAGNOSIS, error_class=ErrorClass.BAD_GATEWAY)
RESET = replace(DIAGNOSIS, error_class=ErrorClass.CONNECTION_RESET)


async def test_what_fails_at_a_host_whose_outage_is_open_is_its_child(store: SqlStore) -> None:
    """In the same batch and in later ones; another host, and another kind of error, are not."""
    await store.record([analysed(1, kind="a", diagnosis=DOWN), analysed(2, kind="b", diagnosis=RESET)], {})
    await store.record(
        [
            analysed(3, kind="c", diagnosis=RESET),
            analysed(4, kind="d"),
            analysed(5, kind="e", diagnosis=DOWN, base_url_host="api.z.ai"),
        ],
        {},
    )

    assert [(await one(store, number)).parent for number in range(1, 6)] == [None, 1, 1, None, None]


async def test_an_outage_after_another_one_is_resolved_is_its_own(store: SqlStore, clock: FakeClock) -> None:
    """The first one has passed."""
    await store.record([analysed(1, kind="a", diagnosis=DOWN)], {})
    await do(store, Deed.RESOLVE)

    await store.record([analysed(2, kind="b", diagnosis=RESET)], {})

    assert (await one(store, 2)).parent is None


async def test_an_error_that_comes_back_during_an_outage_becomes_its_child(store: SqlStore, clock: FakeClock) -> None:
    """A parent is looked for whenever an episode begins."""
    await store.record([analysed(1, kind="a", diagnosis=RESET)], {})
    await do(store, Deed.RESOLVE)
    clock.pass_(60)
    await store.record([analysed(2, kind="b", diagnosis=DOWN, at=clock.at)], {})

    await store.record([analysed(3, kind="a", diagnosis=RESET, at=clock.at)], {})

    assert ((await one(store, 1)).parent, (await one(store, 2)).parent) == (2, None)
