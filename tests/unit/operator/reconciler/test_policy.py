"""The admission policy is asked for at most once a minute."""

from sealane_operator.reconciler.policy import FRESH_SECONDS, Policy
from tests.support.fake_kube import FakeKube


async def test_an_answer_holds_for_a_minute() -> None:
    """A policy that goes is noticed then."""
    now = [0.0]
    kube = FakeKube()
    policy = Policy(kube, lambda: now[0])
    first = await policy.exists()
    kube.policy = False
    same = await policy.exists()
    now[0] = FRESH_SECONDS

    assert [first, same, await policy.exists()] == [True, True, False]
