"""Reviews at their limits: how long, how many at once, how many that wait, how many that are remembered."""

import asyncio

import pytest

from sealane_router.cluster import token_reviews
from sealane_router.errors import AuthenticationUnavailable
from sealane_router.policy.service_accounts import ServiceAccount
from tests.support.token_scene import TokenScene
from tests.support.tokens import token_of
from tests.support.waiting import until

CI = ServiceAccount("team-a", "ci")


async def test_a_slow_review_is_a_failed_one() -> None:
    """The wait ends, and what is known holds."""
    scene = TokenScene(wait=0.01)
    token = token_of()
    await scene.identify(token)
    scene.api.silence()
    scene.now += 45.0

    assert await scene.identify(token) == CI
    with pytest.raises(AuthenticationUnavailable):
        await scene.identify(token_of(serial=1))
    assert scene.reviews.trouble == "no answer within 0.01 s"
    assert scene.metric("in_flight") == 0


async def test_no_more_reviews_are_in_flight_than_may_be() -> None:
    """The others wait for their turn, and get it."""
    scene = TokenScene(reviews=2)
    scene.api.silence()
    asking = [scene.begin(token_of(serial=serial)) for serial in range(10)]
    await until(lambda: scene.metric("waiting") == 8)
    scene.api.speak()

    assert await asyncio.gather(*asking) == [CI] * 10
    assert (scene.api.most, len(scene.api.asked)) == (2, 10)


async def test_who_waits_for_a_turn_in_vain_is_told_to_come_back() -> None:
    """That the gateway is crowded says nothing of the API server: what is known of others is not doubted."""
    scene = TokenScene(reviews=1, wait=0.05)
    scene.api.silence()
    first = scene.begin(token_of())
    await until(lambda: scene.metric("in_flight") == 1)
    second = scene.begin(token_of(serial=1))

    with pytest.raises(AuthenticationUnavailable):
        await first
    with pytest.raises(AuthenticationUnavailable):
        await second
    assert (scene.metric("reviews", result="failed"), scene.metric("reviews", result="crowded")) == (1, 1)


async def test_no_more_tokens_wait_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is turned away at once; a known one is held."""
    monkeypatch.setattr(token_reviews, "MAX_WAITING", 2)
    scene = TokenScene(reviews=1)
    known = token_of(serial=9)
    await scene.identify(known)
    scene.now += 45.0
    scene.api.silence()
    asking = [scene.begin(token_of(serial=serial)) for serial in range(3)]
    await until(lambda: scene.metric("waiting") == 2)

    with pytest.raises(AuthenticationUnavailable, match="too many tokens at once"):
        await scene.identify(token_of(serial=3))
    assert await scene.identify(known) == CI
    scene.api.speak()
    assert await asyncio.gather(*asking) == [CI] * 3
    assert scene.metric("reviews", result="crowded") == 2


async def test_reviews_beside_requests_leave_the_turns_to_those_who_wait() -> None:
    """A token that is good needs none now."""
    scene = TokenScene(reviews=1)
    known = token_of()
    await scene.identify(known)
    scene.now += 30.0
    scene.api.silence()
    waiting = scene.begin(token_of(serial=1))
    await until(lambda: scene.metric("in_flight") == 1)
    found = scene.reviews.known(known)
    scene.api.speak()
    await waiting

    assert found == CI
    assert len(scene.api.asked) == 2


async def test_no_more_tokens_are_remembered_than_may_be() -> None:
    """The one confirmed longest ago is asked about again."""
    scene = TokenScene(cache=2)
    for serial in range(3):
        await scene.identify(token_of(serial=serial))
    remembered = scene.metric("remembered")

    assert remembered == 2
    assert scene.reviews.known(token_of(serial=0)) is None
    assert scene.reviews.known(token_of(serial=2)) == CI
