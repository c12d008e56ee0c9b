"""Who holds it: one at a time, whatever stops, freezes or answers late; and what goes from one holder to the next."""

from typing import Any

import pytest

from sealane_kube.errors import Conflict, Forbidden, KubeError, LeaseLost, NotFound, Unavailable
from sealane_kube.lease import Lease

_BOOKMARK = "example.dev/bookmark"


class _Cluster:
    """The Lease as the API server keeps it, and the time of everybody."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.stored: dict[str, Any] | None = None
        self.version = 0
        self.away: KubeError | None = None
        self.answers_lost = False
        self.complaints: list[int] = []

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

    @property
    def bookmark(self) -> str:
        assert self.stored is not None
        return str(self.stored["metadata"]["annotations"][_BOOKMARK])


def _lease(cluster: _Cluster, identity: str) -> Lease:
    return Lease(
        cluster,
        namespace="sealane-system",
        name="sealane-operator",
        identity=identity,
        unreached=lambda error: cluster.complaints.append(error.status),
        bookmarked_in=_BOOKMARK,
        clock=cluster.clock,
        sleep=cluster.sleep,
        wall=cluster.clock,
    )


@pytest.fixture
def cluster() -> _Cluster:
    return _Cluster()


async def test_the_first_one_leads_at_once(cluster: _Cluster) -> None:
    """Where there is no Lease it is made."""
    one = _lease(cluster, "one")

    await one.acquire()

    assert (one.valid, cluster.holder, cluster.now, one.bookmark) == (True, "one", 1_000.0, "")


async def test_a_second_one_waits_for_the_whole_duration_by_its_own_clock(cluster: _Cluster) -> None:
    """It counts from when it saw the last change, not from what the holder wrote."""
    one, two = _lease(cluster, "one"), _lease(cluster, "two")
    await one.acquire()
    cluster.now += 3_600  # the holder's clock may be anything; what counts is when two looked
    began = cluster.now

    await two.acquire()

    assert (cluster.holder, 15 <= cluster.now - began < 18) == ("two", True)


async def test_a_holder_that_was_frozen_has_stopped_before_another_begins(cluster: _Cluster) -> None:
    """It is not valid any more 10 s after its last renewal, and nobody takes the Lease before 15 s."""
    one = _lease(cluster, "one")
    await one.acquire()
    cluster.now += 10

    with pytest.raises(LeaseLost, match="was not renewed for 10 s"):
        await one.hold()

    assert one.valid is False


async def test_a_stolen_lease_is_noticed_at_the_next_renewal(cluster: _Cluster) -> None:
    """Whoever lost it does not write it back."""
    one, two = _lease(cluster, "one"), _lease(cluster, "two")
    await one.acquire()
    assert cluster.stored is not None
    cluster.version += 1
    cluster.stored["spec"]["holderIdentity"] = ""
    cluster.stored["metadata"]["resourceVersion"] = str(cluster.version)
    await two.acquire()

    with pytest.raises(LeaseLost, match="was taken by another process"):
        await one.hold()

    assert (cluster.holder, one.valid) == ("two", False)


async def test_an_api_that_is_away_costs_the_lease_only_after_the_deadline(cluster: _Cluster) -> None:
    """Renewals fail for 10 s, then the holder stops by itself."""
    one = _lease(cluster, "one")
    await one.acquire()
    began = cluster.now
    cluster.away = Unavailable("no answer")

    with pytest.raises(LeaseLost):
        await one.hold()

    assert 10 <= cluster.now - began <= 12


async def test_a_renewal_whose_answer_was_lost_is_no_loss(cluster: _Cluster) -> None:
    """The next renewal meets a newer version, reads it, and goes on from there."""
    one = _lease(cluster, "one")
    await one.acquire()
    cluster.answers_lost = True
    await one._try()
    cluster.answers_lost = False

    tried = [await one._try(), await one._try()]

    assert (tried, one.valid, cluster.holder) == ([False, True], True, "one")


async def test_a_released_lease_is_free_at_once(cluster: _Cluster) -> None:
    """After SIGTERM the next one does not wait."""
    one, two = _lease(cluster, "one"), _lease(cluster, "two")
    await one.acquire()
    await one.release()
    began = cluster.now

    await two.acquire()

    assert (cluster.now - began, one.valid, two.valid) == (0.0, False, True)


async def test_the_next_one_reads_the_bookmark(cluster: _Cluster) -> None:
    """As it was written with the last renewal, or at the release."""
    one, two = _lease(cluster, "one"), _lease(cluster, "two")
    await one.acquire()
    one.bookmark = "17"
    await one.release()

    await two.acquire()

    assert (two.bookmark, cluster.bookmark, cluster.holder) == ("17", "17", "two")


async def test_the_bookmark_goes_out_with_each_renewal(cluster: _Cluster) -> None:
    """Nothing else writes it."""
    one = _lease(cluster, "one")
    await one.acquire()
    one.bookmark = "18"
    before = cluster.bookmark

    renewed = await one._try()

    assert (renewed, before, cluster.bookmark) == (True, "", "18")


async def test_a_lease_without_a_bookmark_has_no_annotation(cluster: _Cluster) -> None:
    """What others wrote into its metadata stays."""
    one = _lease(cluster, "one")
    one._bookmarked_in = ""
    await one.acquire()
    assert cluster.stored is not None
    cluster.stored["metadata"]["labels"] = {"a": "b"}

    await one._try()

    assert cluster.stored["metadata"] == {
        "name": "sealane-operator",
        "namespace": "sealane-system",
        "labels": {"a": "b"},
        "resourceVersion": "2",
    }


async def test_whoever_may_not_read_it_waits_and_says_so_once(cluster: _Cluster) -> None:
    """In silence nobody would find out; another reason is told as well."""
    one = _lease(cluster, "one")
    for error in (Forbidden("no", 403), Forbidden("no", 403), Unavailable("away"), Unavailable("away")):
        cluster.away = error
        assert not await one._try()
    cluster.away = None

    assert (cluster.complaints, await one._try()) == ([403, 0], True)


async def test_a_release_without_a_lease_writes_nothing(cluster: _Cluster) -> None:
    """There is nothing to give back."""
    await _lease(cluster, "one").release()

    assert cluster.stored is None
