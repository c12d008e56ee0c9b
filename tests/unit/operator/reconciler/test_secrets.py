"""Secrets are asked for when needed, and not more often."""

from sealane_operator.judgement.references import Need
from sealane_operator.reconciler.secrets import ABSENT_SECONDS, PRESENT_SECONDS, Secrets
from tests.support.fake_kube import FakeKube

_NEEDS = (Need("a", "k", "a test"),)


async def test_an_answer_is_kept_for_a_minute() -> None:
    """2,000 routes with one Secret ask once."""
    now = [0.0]
    kube = FakeKube(secrets={"team/a": frozenset({"k"})})
    secrets = Secrets(kube, lambda: now[0])
    found = [await secrets.keys_of("team", _NEEDS) for _ in range(3)]
    now[0] = PRESENT_SECONDS
    found.append(await secrets.keys_of("team", _NEEDS))

    assert found == [{"a": frozenset({"k"})}] * 4
    assert len(kube.reads) == 2


async def test_a_missing_one_is_asked_for_soon() -> None:
    """It comes a moment after the route, as often as not."""
    now = [0.0]
    kube = FakeKube()
    secrets = Secrets(kube, lambda: now[0])
    missing = await secrets.keys_of("team", _NEEDS)
    kube.secrets["team/a"] = frozenset({"k"})
    now[0] = ABSENT_SECONDS

    assert (missing, await secrets.keys_of("team", _NEEDS)) == ({"a": None}, {"a": frozenset({"k"})})


async def test_one_without_the_key_is_asked_for_just_as_soon() -> None:
    """Whoever adds the entry that a condition asks for does not wait a minute for it to count."""
    now = [0.0]
    kube = FakeKube(secrets={"team/a": frozenset({"other"})})
    secrets = Secrets(kube, lambda: now[0])
    lacking = await secrets.keys_of("team", _NEEDS)
    kube.secrets["team/a"] = frozenset({"other", "k"})
    now[0] = ABSENT_SECONDS

    assert (lacking, await secrets.keys_of("team", _NEEDS)) == (
        {"a": frozenset({"other"})},
        {"a": frozenset({"other", "k"})},
    )
