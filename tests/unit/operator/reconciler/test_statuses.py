"""A status is written when it says something new, on the copy that it was decided on."""

import copy

import pytest

from sealane_kube.errors import Conflict, NotFound
from sealane_operator.reconciler.statuses import Statuses
from tests.support.fake_kube import FakeKube
from tests.support.resources import Document, route

A = "team/a"


def _status(message: str = "x", reason: str = "Serving", ready: int = 3) -> Document:
    return {
        "conditions": [{"type": "Ready", "status": "True", "reason": reason, "message": message}],
        "programmed": {"ready": ready, "desired": 3},
    }


class Scene:
    """A route, a clock, and who writes its status."""

    def __init__(self) -> None:
        self.kube = FakeKube()
        self.now = 0.0
        self.statuses = Statuses(self.kube, lambda: self.now)
        self.kube.apply(route("a", "team"))

    async def write(self, status: Document) -> float | None:
        raw = self.statuses.newest(A, self.kube.routes[A])
        assert raw is not None
        return await self.statuses.write(A, raw, status)


async def test_what_is_there_already_is_not_written() -> None:
    """No write, no event, no work for anybody."""
    scene = Scene()
    await scene.write(_status())
    await scene.write(_status())

    assert scene.kube.writes == ["status team/a"]


async def test_a_reason_is_written_at_once_and_words_wait() -> None:
    """A message that changes by itself is written every ten seconds, a summary every minute."""
    scene = Scene()
    await scene.write(_status())
    scene.now = 1.0
    waits = [await scene.write(_status("y")), await scene.write(_status(ready=2))]
    await scene.write(_status("y", reason="Other"))
    scene.now = 11.0
    waits += [await scene.write(_status("z", reason="Other"))]

    assert waits == [9.0, 59.0, None]
    assert scene.kube.writes == ["status team/a"] * 3


async def test_the_watch_may_be_behind_what_was_written() -> None:
    """The newer copy counts, until the watch has one that is newer still."""
    scene = Scene()
    old = copy.deepcopy(scene.kube.routes[A])
    await scene.write(_status())
    ours = scene.statuses.newest(A, old)
    newer = scene.kube.apply(route("a", "team", suspend=True))

    assert ours == scene.kube.routes[A] or (ours or {})["status"] == _status()
    assert scene.statuses.newest(A, newer) == newer
    assert scene.statuses.newest(A, old) == old


async def test_a_route_made_anew_is_another_one() -> None:
    """Its resourceVersion says nothing about the old one's."""
    scene = Scene()
    await scene.write(_status())
    scene.kube.delete(A)
    other = scene.kube.apply(route("a", "team"))
    other["metadata"]["resourceVersion"] = "1"

    assert scene.statuses.newest(A, other) == other
    assert scene.statuses.newest(A, None) is None


async def test_a_conflict_shows_what_is_there() -> None:
    """The next look does not need the watch."""
    scene = Scene()
    old = copy.deepcopy(scene.kube.routes[A])
    scene.kube.apply(route("a", "team", suspend=True))
    with pytest.raises(Conflict):
        await scene.statuses.write(A, old, _status())
    newest = scene.statuses.newest(A, old)

    assert newest is not None
    assert newest["spec"]["suspend"] is True


async def test_a_copy_is_kept_until_the_watch_has_caught_up() -> None:
    """Asking with the copy itself, as a look does that goes on with it, is not yet the watch."""
    scene = Scene()
    old = copy.deepcopy(scene.kube.routes[A])
    fresh = scene.kube.apply(route("a", "team", suspend=True))
    with pytest.raises(Conflict):
        await scene.statuses.write(A, old, _status())
    asked = scene.statuses.newest(A, old)
    again = scene.statuses.newest(A, asked)

    assert again is asked
    assert scene.statuses.newest(A, old) == fresh


async def test_what_an_older_crd_leaves_out_is_not_written_for_ever() -> None:
    """The API server prunes what its schema does not have; a changed route is tried again."""
    scene = Scene()

    def prune(_number: int) -> None:
        del scene.kube.routes[A]["status"]["programmed"]

    scene.kube.after = prune
    await scene.write(_status())
    await scene.write(_status())
    scene.kube.apply(route("a", "team", suspend=True))
    scene.now = 60.0
    await scene.write(_status())

    assert scene.kube.writes == ["status team/a"] * 2


async def test_a_route_that_is_gone_says_so() -> None:
    """Nothing is kept of it."""
    scene = Scene()
    old = copy.deepcopy(scene.kube.routes[A])
    scene.kube.delete(A)
    with pytest.raises(NotFound):
        await scene.statuses.write(A, old, _status())
    scene.statuses.forget(A)

    assert scene.statuses.newest(A, None) is None
