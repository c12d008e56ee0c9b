"""Who watches: one at a time, and the next one goes on at the bookmark."""

from typing import Any

import pytest

from sealane_investigator.kube.errors import Conflict, Forbidden, LeaseLost, NotFound, Unavailable
from sealane_investigator.kube.lease import BOOKMARK_ANNOTATION, DURATION, Lease


class _Cluster:
    """The Lease as the API server keeps it, and the time of everybody."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.stored: dict[str, Any] | None = None
        self.version = 0
        self.away: Exception | None = None
        self.answers_lost = False

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    async def call(self, method: str, path: str, body: Any = None, **_: Any) -> dict[str, Any]:
        if self.away is not None:
            raise self.away
        if method == "GET":
            if self.stored is None:
                raise NotFound("no lease")
            return self.stored
        if method == "PUT" and body["metadata"]["resourceVersion"] != str(self.version):
            raise Conflict("changed")
        self.version += 1
        self.stored = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self.version)}}
        if self.answers_lost:
            raise Unavailable("the answer was lost")
        return self.stored

    @property
    def holder(self) -> str:
        assert self.stored is not None
        return str(self.stored["spec"]["holderIdentity"])


@pytest.fixture
def cluster() -> _Cluster:
    return _Cluster()


def _lease(cluster: _Cluster, identity: str) -> Lease:
    return Lease(
        cluster,  # type: ignore[arg-type]
        namespace="home",
        name="events",
        identity=identity,
        clock=cluster.clock,
        sleep=cluster.sleep,
        wall=cluster.clock,
    )


async def test_the_first_one_has_it_at_once(cluster: _Cluster) -> None:
    """Where there is no Lease it is made."""
    one = _lease(cluster, "one")
    await one.acquire()

    assert (one.valid, cluster.holder, one.bookmark) == (True, "one", "")


async def test_a_second_one_waits_for_the_whole_duration_by_its_own_clock(cluster: _Cluster) -> None:
    """It counts from when it saw the last change."""
    one, two = _lease(cluster, "one"), _lease(cluster, "two")
    await one.acquire()
    cluster.now += 3_600
    began = cluster.now
    await two.acquire()

    assert cluster.holder == "two"
    assert cluster.now - began >= DURATION
    assert not one.valid


async def test_the_next_one_reads_the_bookmark(cluster: _Cluster) -> None:
    """As it was written with the last renewal, or at the release."""
    one, two = _lease(cluster, "one"), _lease(cluster, "two")
    await one.acquire()
    one.bookmark = "17"
    await one.release()
    await two.acquire()

    assert (two.bookmark, cluster.holder, one.valid) == ("17", "two", False)


async def test_the_bookmark_goes_out_with_each_renewal(cluster: _Cluster) -> None:
    """Nothing else writes it."""
    one = _lease(cluster, "one")
    await one.acquire()
    one.bookmark = "18"
    cluster.away = None
    written: list[str] = []

    async def sleep(seconds: float) -> None:
        cluster.now += seconds
        assert cluster.stored is not None
        written.append(cluster.stored["metadata"]["annotations"][BOOKMARK_ANNOTATION])
        if len(written) == 2:
            cluster.away = Unavailable("no")

    one._sleep = sleep
    with pytest.raises(LeaseLost, match="not renewed for 10 s"):
        await one.hold()

    assert written[:2] == ["", "18"]


async def test_a_holder_that_cannot_renew_stops_before_anybody_else_begins(cluster: _Cluster) -> None:
    """Its own time is shorter."""
    one = _lease(cluster, "one")
    await one.acquire()
    cluster.away = Unavailable("no")
    began = cluster.now
    with pytest.raises(LeaseLost):
        await one.hold()

    assert cluster.now - began < DURATION


async def test_a_holder_whom_another_replaced_stops(cluster: _Cluster) -> None:
    """It reads so when its write is refused."""
    one, two = _lease(cluster, "one"), _lease(cluster, "two")
    await one.acquire()
    cluster.now += DURATION + 1
    await two.acquire()
    one._renewed = cluster.now
    with pytest.raises(LeaseLost, match="taken by another"):
        await one.hold()


async def test_a_renewal_whose_answer_was_lost_is_still_ours(cluster: _Cluster) -> None:
    """The next one is based on what is stored."""
    one = _lease(cluster, "one")
    await one.acquire()
    cluster.answers_lost = True
    assert not await one._try()
    cluster.answers_lost = False
    assert not await one._try()  # refused, read again
    assert await one._try()

    assert one.valid


async def test_whoever_may_not_read_it_waits_and_says_so_once(
    cluster: _Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """In silence nobody would find out."""
    cluster.away = Forbidden("no", 403)
    one = _lease(cluster, "one")
    tries = 0

    async def sleep(_: float) -> None:
        nonlocal tries
        tries += 1
        if tries == 3:
            cluster.away = None

    one._sleep = sleep
    await one.acquire()

    assert (tries, one.valid) == (3, True)


async def test_a_release_without_a_lease_writes_nothing(cluster: _Cluster) -> None:
    """There is nothing to give back."""
    await _lease(cluster, "one").release()

    assert cluster.stored is None
