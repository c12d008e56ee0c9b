"""What revisions claim and refer to is read once, and only believed when hash and owner fit."""

from sealane_operator.judgement.revisions import revision_body
from sealane_operator.judgement.validation import ValidSpec, validated
from sealane_operator.reconciler.contents import Contents
from sealane_operator.rollout.model import Pointer, RolloutState
from tests.support.fake_kube import FakeKube
from tests.support.resources import Document, edited, route


def _scene() -> tuple[FakeKube, Document, str]:
    kube = FakeKube()
    raw = kube.apply(route("a", "team"))
    spec = validated(raw)
    assert isinstance(spec, ValidSpec)
    return kube, raw, spec.hash


async def test_the_routes_own_spec_is_not_fetched() -> None:
    """At rest stable holds the spec: 2,000 routes cost no call."""
    kube, raw, content = _scene()
    found = await Contents(kube).gather(raw, RolloutState(stable=Pointer(1, content, 0.0)), content)

    assert [claim.pattern.text for claim in found[1].claims] == ["kimi-"]
    assert kube.reads == []


async def test_another_revision_is_fetched_once() -> None:
    """A revision never changes."""
    kube, raw, content = _scene()
    await kube.create_revision("team", revision_body(raw, 1, content))
    contents, state = Contents(kube), RolloutState(stable=Pointer(1, content, 0.0))
    first = await contents.gather(raw, state, "f" * 64)
    again = await contents.gather(raw, state, "f" * 64)

    assert first == again
    assert kube.reads == ["revision team/a-1"]


async def test_what_is_no_longer_pointed_at_is_forgotten() -> None:
    """A few per route are kept, whatever happens."""
    kube, raw, content = _scene()
    await kube.create_revision("team", revision_body(raw, 1, content))
    contents, state = Contents(kube), RolloutState(stable=Pointer(1, content, 0.0))
    await contents.gather(raw, state, None)
    await contents.gather(raw, RolloutState(), None)
    await contents.gather(raw, state, None)

    assert kube.reads == ["revision team/a-1"] * 2


async def test_a_forged_revision_is_not_read() -> None:
    """Another spec than the hash says, another owner, or nothing a spec could be."""
    kube, raw, content = _scene()
    await kube.create_revision("team", revision_body(raw, 1, content))
    honest = kube.revisions["team/a-1"]
    contents = Contents(kube)
    found = [await contents.read(raw, 1, content)]
    for path, value in (
        ("spec.providers.0.baseURL", "https://evil.example"),
        ("spec.providers", "none"),
        ("metadata.ownerReferences.0.uid", "other"),
    ):
        kube.revisions["team/a-1"] = edited(honest, path, value)
        found.append(await contents.read(raw, 1, content))
    found.append(await contents.read(raw, 2, content))

    assert found[0] is not None
    assert found[1:] == [None] * 4


async def test_a_revision_of_a_newer_operator_keeps_what_it_has() -> None:
    """After a downgrade nobody can tell its hash; routers serve it, so its models and Secrets stay its own."""
    kube, raw, content = _scene()
    await kube.create_revision("team", revision_body(raw, 1, content))
    kube.revisions["team/a-1"] = edited(kube.revisions["team/a-1"], "spec.rules.0.mirror", {"provider": "later"})
    state = RolloutState(stable=Pointer(1, content, 0.0))
    found = await Contents(kube).gather(raw, state, None)
    other = await Contents(kube).gather(raw, RolloutState(stable=Pointer(1, "e" * 64, 0.0)), None)

    assert [claim.pattern.text for claim in found[1].claims] == ["kimi-"]
    assert other == {}
    assert await Contents(kube).read(raw, 1, content) is None


async def test_an_annotation_that_was_changed_takes_nothing_away() -> None:
    """The pointer says the hash, and the content has it."""
    kube, raw, content = _scene()
    await kube.create_revision("team", revision_body(raw, 1, content))
    kube.revisions["team/a-1"]["metadata"]["annotations"]["sealane.dev/hash"] = "e" * 64
    found = await Contents(kube).gather(raw, RolloutState(stable=Pointer(1, content, 0.0)), None)

    assert list(found) == [1]
