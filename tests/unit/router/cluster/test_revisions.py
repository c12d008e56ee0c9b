"""Fetching what pointers name, and believing nothing that is not what they say."""

import asyncio
import json
from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.route_table import PatternKind
from sealane_kube.errors import KubeError, NotFound, Unavailable
from sealane_router.cluster import revisions as module
from sealane_router.cluster.revisions import Revision, RevisionRefused, Revisions, Wanted, checked, compiled
from sealane_telemetry.metrics import RouterMetrics
from tests.support.followed import CREATED, hash_of, owned, revision, spec_of, wanted
from tests.support.resources import FULL, edited
from tests.support.waiting import until

SPEC = spec_of({"exact": "kimi-k3"}, ca="egress")


class Shelf:
    """Plays the API: answers by path, or an error; counts questions."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | KubeError] = {}
        self.asked: list[str] = []
        self.slept: list[float] = []
        self.noticed = 0
        self.registry = CollectorRegistry()
        self.waits = asyncio.Event()
        self.revisions = Revisions(self, RouterMetrics(self.registry).cluster, noticed=self.notice, sleep=self.sleep)

    def put(self, answer: bytes | KubeError, number: int = 1) -> None:
        path = f"/apis/sealane.dev/v1alpha1/namespaces/team/providerrouterevisions/a-{number}"
        self.answers[path] = answer

    def notice(self) -> None:
        self.noticed += 1

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.waits.wait()
        self.waits.clear()

    async def get(self, path: str) -> bytes:
        self.asked.append(path)
        answer = self.answers.get(path) or NotFound("not found", 404)
        if isinstance(answer, KubeError):
            raise answer
        return answer

    def fetched(self, result: str) -> float:
        return self.registry.get_sample_value("sealane_revisions_fetched_total", {"result": result}) or 0.0


async def test_a_revision_is_fetched_once_and_compiled() -> None:
    """With number and age of its route, and the keys of Secrets that it needs."""
    shelf, name = Shelf(), wanted(1, SPEC)
    shelf.put(owned(name, SPEC))
    await shelf.revisions.want({name})
    await until(lambda: shelf.noticed)
    await shelf.revisions.want({name})
    found = shelf.revisions.known()[name]

    assert isinstance(found, Revision)
    assert (found.route.key, found.route.revision, found.route.hash) == ("team/a", "1", name.hash)
    assert found.route.created == CREATED
    assert found.route.rules[0].patterns[0].kind is PatternKind.EXACT
    assert found.secrets == {("team", "moonshot"), ("team", "egress")}
    assert [need.reference.key for need in found.needs] == ["api-key", "ca.crt"]
    assert len(shelf.asked) == 1
    assert shelf.fetched("ok") == 1


async def test_what_cannot_be_had_is_told_and_asked_for_again() -> None:
    """Each reason once; the wait grows, and success ends it."""
    shelf, name = Shelf(), wanted(1, SPEC)
    await shelf.revisions.want({name})
    await until(lambda: len(shelf.slept) == 1)
    missing = shelf.revisions.known()
    shelf.waits.set()
    await until(lambda: len(shelf.slept) == 2)
    shelf.put(Unavailable("away"))
    shelf.waits.set()
    await until(lambda: len(shelf.slept) == 3)
    away = shelf.revisions.known()
    shelf.put(owned(name, SPEC))
    shelf.waits.set()
    await until(lambda: shelf.noticed == 3)

    assert missing == {name: "revision a-1 does not exist"}
    assert away == {name: "revision a-1 cannot be fetched: away"}
    assert isinstance(shelf.revisions.known()[name], Revision)
    assert shelf.slept == [0.4, 0.8, 1.6]
    assert (shelf.fetched("missing"), shelf.fetched("failed"), shelf.fetched("ok")) == (2, 1, 1)


async def test_what_nobody_wants_any_more_is_not_asked_for() -> None:
    """And its problem is forgotten."""
    shelf, name = Shelf(), wanted(1, SPEC)
    await shelf.revisions.want({name})
    await until(lambda: shelf.slept)
    await shelf.revisions.want(set())

    assert shelf.revisions.known() == {}
    assert not shelf.revisions._tasks


async def test_so_many_that_nobody_points_at_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rollback points there again; those left longest ago are forgotten first."""
    monkeypatch.setattr(module, "KEPT", 2)
    shelf = Shelf()
    each = [revision(number, SPEC) for number in range(1, 5)]
    shelf.revisions.know(each)
    for left in range(1, 5):
        await shelf.revisions.want({one.wanted for one in each[left:]})

    assert set(shelf.revisions.known()) == {each[2].wanted, each[3].wanted}
    await shelf.revisions.want({each[2].wanted})
    assert shelf.asked == []


async def test_closing_stops_every_question() -> None:
    """Nothing is left running."""
    shelf = Shelf()
    await shelf.revisions.want({wanted(number, SPEC) for number in range(30)})
    await until(lambda: shelf.slept)
    before = {task for task in asyncio.all_tasks() if task.get_name() == "fetch revision"}
    await shelf.revisions.close()

    assert before
    assert all(task.done() for task in before)


def _other_owner(name: Wanted) -> bytes:
    return owned(name, SPEC, uid="another")


def _other_kind(name: Wanted) -> bytes:
    return owned(name, SPEC, kind="Deployment")


def _no_owner(name: Wanted) -> bytes:
    return json.dumps({"metadata": {"name": name.object_name}, "spec": SPEC}).encode()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (_other_owner, "revision a-1 belongs to another route than a"),
        (_other_kind, "revision a-1 belongs to another route than a"),
        (_no_owner, "revision a-1 belongs to another route than a"),
        (lambda name: owned(name, spec_of({"exact": "other"})), "does not have the hash that the status of route a"),
        (lambda name: owned(name, {"providers": []}), "is not valid for this version of Sealane: spec."),
        (lambda name: owned(name, {**SPEC, "suspend": True}), "is not valid for this version of Sealane: spec."),
        (lambda _: b"<html>", "revision a-1 cannot be read"),
        (lambda _: b"{}", "revision a-1 cannot be read"),
    ],
)
def test_a_forged_revision_is_refused(answer: Callable[[Wanted], bytes], problem: str) -> None:
    """By owner and by hash; the words are for people."""
    name = wanted(1, SPEC)

    with pytest.raises(RevisionRefused, match=problem):
        checked(name, answer(name))


def test_a_regex_that_re2_refuses_is_no_revision() -> None:
    """It would take the whole table down."""
    spec = spec_of({"regex": "(?=x)"})
    name = Wanted("team", "a", "uid-a", "", 1, "0" * 64)

    with pytest.raises(RevisionRefused, match="is not valid"):
        compiled(name, json.dumps(spec).encode())


def test_a_full_revision_has_the_hash_of_its_route() -> None:
    """Every field of a route that belongs to a revision comes through."""
    spec = {part: edited(FULL, "spec.suspend", False)["spec"][part] for part in ("providers", "rules")}
    name = Wanted("team", "a", "uid-a", CREATED, 3, hash_of(spec))

    assert checked(name, owned(name, spec)).route.hash == name.hash
