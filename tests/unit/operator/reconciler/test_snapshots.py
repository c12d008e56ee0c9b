"""Revisions are made once, whoever else makes some, and whatever the watch shows."""

from contextlib import suppress
from typing import Any

import pytest

from sealane_api.crd.revision import RevisionState
from sealane_kube.errors import AlreadyExists, Conflict, Unavailable
from sealane_operator.judgement.revisions import revision_body
from sealane_operator.reconciler.contents import Contents
from sealane_operator.reconciler.snapshots import SHOWN_SECONDS, Snapshots
from sealane_operator.rollout.model import Pointer, RolloutState
from tests.support.fake_kube import FakeKube, FakeWatch
from tests.support.resources import Document, route

HASH, OTHER = "a" * 64, "b" * 64


class Scene:
    """One route; a watch that shows what the test lets it."""

    def __init__(self) -> None:
        self.kube = FakeKube()
        self.watch = FakeWatch(self.kube, live=False)
        self.now = 0.0
        self.raw = self.kube.apply(route("a", "team"))
        self.snapshots = Snapshots(self.kube, self.watch, Contents(self.kube), lambda: self.now)

    async def exists(self, number: int, content: str, owner: Document | None = None) -> None:
        await self.kube.create_revision("team", revision_body(owner or self.raw, number, content))


async def test_a_number_that_another_operator_used_is_reused_for_the_same_spec() -> None:
    """The watch is behind: the API says that it exists, and it is ours."""
    scene = Scene()
    await scene.exists(1, HASH)
    snapshot = await scene.snapshots.ensure(scene.raw, HASH, RolloutState())

    assert (snapshot.facts.number, snapshot.created) == (1, False)


async def test_a_number_of_somebody_else_is_passed_over() -> None:
    """Another spec, or another owner under the same name."""
    scene = Scene()
    await scene.exists(1, OTHER)
    foreign = {"metadata": scene.raw["metadata"] | {"uid": "gone"}, "spec": scene.raw["spec"]}
    await scene.exists(2, HASH, foreign)
    snapshot = await scene.snapshots.ensure(scene.raw, HASH, RolloutState())

    assert (snapshot.facts.number, snapshot.created) == (3, True)


async def test_after_a_few_tries_it_is_tried_later() -> None:
    """The next time goes on where this one ended."""
    scene = Scene()
    for number in range(1, 8):
        await scene.exists(number, OTHER)
    with pytest.raises(Conflict):
        await scene.snapshots.ensure(scene.raw, HASH, RolloutState())

    assert (await scene.snapshots.ensure(scene.raw, HASH, RolloutState())).facts.number == 8


@pytest.mark.parametrize("done", [True, False])
async def test_a_write_that_nobody_answered_takes_no_other_number(monkeypatch: pytest.MonkeyPatch, done: bool) -> None:
    """Whether it was done is not known: the same number is asked for again, so the spec gets one revision."""
    scene = Scene()
    create = scene.kube.create_revision

    async def unanswered(_: FakeKube, namespace: str, body: dict[str, Any]) -> Any:
        if done:
            with suppress(AlreadyExists):
                await create(namespace, body)
        raise Unavailable("POST providerrouterevisions: no answer")

    monkeypatch.setattr(FakeKube, "create_revision", unanswered)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await scene.snapshots.ensure(scene.raw, HASH, RolloutState())
    monkeypatch.undo()
    snapshot = await scene.snapshots.ensure(scene.raw, HASH, RolloutState())

    assert (snapshot.facts.number, snapshot.created) == (1, not done)


async def test_what_was_written_counts_until_it_is_shown() -> None:
    """Not for ever: what the watch never shows is gone."""
    scene = Scene()
    await scene.snapshots.ensure(scene.raw, HASH, RolloutState())
    early = scene.snapshots.history(scene.raw).own.keys()
    scene.now = SHOWN_SECONDS + 1
    late = scene.snapshots.history(scene.raw).own.keys()

    assert (list(early), list(late)) == ([1], [])


async def test_an_older_label_from_the_watch_does_not_count() -> None:
    """It is not written twice."""
    scene = Scene()
    await scene.snapshots.ensure(scene.raw, HASH, RolloutState())
    scene.watch.catch_up()
    state = RolloutState(stable=Pointer(1, HASH, 5.0))
    await scene.snapshots.label(scene.raw, state, 1, None)
    await scene.snapshots.label(scene.raw, state, 1, None)

    assert scene.kube.writes.count("label team/a-1 Stable") == 1
    assert scene.snapshots.history(scene.raw).own[1].state is RevisionState.STABLE
    assert scene.snapshots.history(scene.raw).own[1].promoted_at == 5.0


async def test_a_label_for_a_revision_that_somebody_deleted_is_no_error() -> None:
    """The watch will tell."""
    scene = Scene()
    await scene.exists(1, HASH)
    scene.watch.catch_up()
    scene.kube.revisions.clear()
    await scene.snapshots.label(scene.raw, RolloutState(stable=Pointer(1, HASH, 5.0)), 1, None)

    assert scene.kube.writes == ["create team/a-1"]


async def test_pruning_goes_in_pieces() -> None:
    """A limit lowered from 100 to 1 does not stop everything else."""
    scene = Scene()
    for number in range(1, 31):
        await scene.exists(number, f"{number:064x}")
    scene.watch.catch_up()
    state = RolloutState(stable=Pointer(30, f"{30:064x}", 5.0))
    gone = await scene.snapshots.prune(scene.raw, state, 30, 1)

    assert [facts.number for facts in gone] == list(range(1, 21))
