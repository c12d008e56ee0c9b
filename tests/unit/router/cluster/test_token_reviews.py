"""Whose tokens are: asked once, remembered, and held while nobody answers."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from sealane_kube.errors import Unavailable, refusal
from sealane_router.aio.driver import Driver
from sealane_router.errors import AuthenticationUnavailable, ClientGone, Unauthenticated
from sealane_router.policy.service_accounts import ServiceAccount
from tests.support.token_scene import TokenScene
from tests.support.tokens import accepted, presented, rejected, token_of
from tests.support.waiting import until

CI = ServiceAccount("team-a", "ci")


@pytest.fixture
async def scene() -> AsyncIterator[TokenScene]:
    """With the usual settings."""
    made = TokenScene()
    yield made
    await made.reviews.close()


async def test_a_token_is_asked_about_once_and_then_known(scene: TokenScene) -> None:
    """Without a wait from then on."""
    token = token_of()
    first = scene.reviews.known(token)
    found = await scene.identify(token)

    assert (first, found, scene.reviews.known(token)) == (None, CI, CI)
    assert scene.api.asked == [token.text.decode()]
    assert (scene.metric("reviews", result="accepted"), scene.metric("remembered")) == (1, 1)
    assert scene.metric("in_flight") == scene.metric("waiting") == 0


async def test_requests_for_one_token_share_its_review(scene: TokenScene) -> None:
    """However many come while it is under way; another token has one of its own."""
    scene.api.silence()
    asking = [scene.begin(token_of()) for _ in range(20)] + [scene.begin(token_of(serial=1))]
    await until(lambda: scene.metric("in_flight") == 2)
    scene.api.speak()

    assert await asyncio.gather(*asking) == [CI] * 21
    assert len(scene.api.asked) == 2


async def test_an_exchange_that_ends_early_takes_nothing_from_the_others(scene: TokenScene) -> None:
    """Cancelled as a task or driven without one."""
    token = token_of()
    scene.api.silence()
    ended: list[BaseException | None] = []

    async def drive() -> None:
        await scene.identify(token)

    driven = Driver(drive(), ended.append)
    driven.start()
    cancelled, stays = scene.begin(token), scene.begin(token)
    await until(lambda: scene.metric("in_flight") == 1)
    driven.cancel(ClientGone())
    cancelled.cancel()
    scene.api.speak()

    assert await stays == CI
    assert [type(error) for error in ended] == [ClientGone]
    assert cancelled.cancelled()
    assert len(scene.api.asked) == 1


async def test_an_exchange_without_a_task_waits_too(scene: TokenScene) -> None:
    """The driver of exchanges steps the wait."""
    found: list[ServiceAccount] = []
    ended: list[BaseException | None] = []

    async def drive() -> None:
        found.append(await scene.identify(token_of()))

    Driver(drive(), ended.append).start()
    await until(lambda: ended)

    assert (found, ended) == ([CI], [None])


async def test_a_refused_token_is_refused_with_what_to_do(scene: TokenScene) -> None:
    """And for a moment without another review."""
    scene.api.says = rejected()
    for _ in range(3):
        with pytest.raises(Unauthenticated, match=r"audience 'sealane'.*serviceAccountToken: {audience: sealane,"):
            await scene.identify(token_of())
    scene.now += 5.0
    scene.api.says = accepted()

    assert await scene.identify(token_of()) == CI
    assert len(scene.api.asked) == 2
    assert scene.metric("reviews", result="rejected") == 1


@pytest.mark.parametrize("text", [b"eyJ.a.b", b"eyJhbGciOiJSUzI1NiJ9.e30.x"])
async def test_nobody_is_asked_about_what_is_no_token(scene: TokenScene, text: bytes) -> None:
    """It is a key that nobody knows."""
    with pytest.raises(Unauthenticated, match="not known to this gateway"):
        await scene.identify(presented(text))

    assert scene.api.asked == []


async def test_an_expired_token_is_refused_without_a_review(scene: TokenScene) -> None:
    """Also one that was good before, at the very moment."""
    old, ending = token_of(expires=4999.0), token_of(expires=5010.0)
    with pytest.raises(Unauthenticated, match=r"has expired\. Read it from its file"):
        await scene.identify(old)
    before = await scene.identify(ending)
    scene.wall = 5010.0
    with pytest.raises(Unauthenticated, match="has expired"):
        await scene.identify(ending)

    assert before == CI
    assert len(scene.api.asked) == 1


async def test_a_token_in_use_is_reviewed_again_beside_its_requests(scene: TokenScene) -> None:
    """Once after half a minute, and nobody waits for it."""
    token = token_of()
    await scene.identify(token)
    scene.now += 30.0
    scene.api.silence()
    known = [scene.reviews.known(token) for _ in range(5)]
    await until(lambda: scene.metric("in_flight") == 1)
    scene.api.speak()
    await scene.settled()
    scene.now += 29.0

    assert known == [CI] * 5
    assert scene.reviews.known(token) == CI
    assert len(scene.api.asked) == 2


async def test_a_revoked_token_stops_within_a_minute_while_it_is_used(scene: TokenScene) -> None:
    """The review beside its requests says so."""
    token = token_of()
    await scene.identify(token)
    scene.api.says = rejected()
    scene.now += 30.0
    assert scene.reviews.known(token) == CI
    await scene.settled()

    with pytest.raises(Unauthenticated):
        scene.reviews.known(token)


async def test_a_revoked_token_stops_within_a_minute_when_it_comes_back(scene: TokenScene) -> None:
    """After 45 s without a review it opens nothing before one."""
    token = token_of()
    await scene.identify(token)
    scene.api.says = rejected()
    scene.now += 45.0

    assert scene.reviews.known(token) is None
    with pytest.raises(Unauthenticated):
        await scene.identify(token)


@pytest.mark.parametrize("trouble", [Unavailable("gone"), refusal(500, "no"), refusal(403, "no"), refusal(401, "")])
async def test_while_reviews_fail_a_known_token_holds_for_ten_minutes(scene: TokenScene, trouble: Exception) -> None:
    """The first to come waits for the failure, the others for nothing; then nobody can say any more."""
    token = token_of()
    await scene.identify(token)
    scene.api.says = trouble  # type: ignore[assignment]
    scene.now += 45.0
    first = (scene.reviews.known(token), await scene.identify(token))
    second = scene.reviews.known(token)
    await scene.settled()
    scene.now += 554.0
    late = await scene.identify(token)
    await scene.settled()
    held = scene.metric("held")
    scene.now += 1.0

    assert first == (None, CI)
    assert (second, late, held) == (CI, CI, 3)
    with pytest.raises(AuthenticationUnavailable, match="the Kubernetes API does not answer") as caught:
        await scene.identify(token)
    assert (caught.value.status, caught.value.retry_after) == (503, 2.0)


async def test_while_reviews_fail_a_token_ends_with_its_own_time(scene: TokenScene) -> None:
    """Which nobody needs to be asked about."""
    token = token_of(expires=5100.0)
    await scene.identify(token)
    scene.api.says = Unavailable("gone")
    scene.now += 45.0
    held = await scene.identify(token)
    scene.wall = 5100.0

    assert held == CI
    with pytest.raises(Unauthenticated, match="has expired"):
        await scene.identify(token)


async def test_an_unknown_token_is_not_refused_while_reviews_fail(scene: TokenScene) -> None:
    """Nobody can say whose it is: that is no 401."""
    scene.api.says = Unavailable("ConnectionRefusedError")
    with pytest.raises(AuthenticationUnavailable):
        await scene.identify(token_of())
    told = scene.reviews.trouble
    scene.api.says = accepted()

    assert told == "ConnectionRefusedError"
    assert await scene.identify(token_of()) == CI
    assert scene.reviews.trouble is None
    assert scene.metric("reviews", result="failed") == 1


async def test_words_that_quote_a_token_are_not_repeated(scene: TokenScene) -> None:
    """A webhook may say what it refuses; people are told that it does."""
    token = token_of()
    scene.api.says = refusal(403, f"denied: {token.text.decode()}")
    with pytest.raises(AuthenticationUnavailable):
        await scene.identify(token)

    assert scene.reviews.trouble == "denied"


async def test_a_doubt_lasts_no_longer_than_its_reason(scene: TokenScene) -> None:
    """One failure long ago lets no old token in without a review."""
    token = token_of()
    await scene.identify(token)
    scene.now += 45.0
    scene.api.says = Unavailable("gone")
    await scene.identify(token)
    scene.api.says = rejected()
    scene.now += 13.0

    assert scene.reviews.known(token) is None
    with pytest.raises(Unauthenticated):
        await scene.identify(token)


async def test_whoever_waits_at_the_end_learns_nothing(scene: TokenScene) -> None:
    """A router that closes answers all the same, and leaves no task behind."""
    before = asyncio.all_tasks()
    scene.api.silence()
    asking = scene.begin(token_of())
    await until(lambda: scene.metric("in_flight") == 1)
    await scene.reviews.close()

    with pytest.raises(AuthenticationUnavailable):
        await asking
    assert asyncio.all_tasks() <= before


async def test_a_defect_leaves_nobody_waiting(scene: TokenScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged as one, and the next request asks anew."""

    def broken(*_: object) -> Coroutine[Any, Any, bytes]:
        raise RuntimeError("unforeseen")

    create = scene.api.create
    monkeypatch.setattr(scene.api, "create", broken)
    with pytest.raises(AuthenticationUnavailable):
        await scene.identify(token_of())
    monkeypatch.setattr(scene.api, "create", create)

    assert await scene.identify(token_of()) == CI
