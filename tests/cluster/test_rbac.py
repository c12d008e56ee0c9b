"""``k8s/rbac`` on a real API server: what the operator and the routers call works, and nothing beyond it does."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from sealane_kube.errors import Forbidden, KubeError
from sealane_operator.handlers.watches import Watches
from sealane_operator.world.watch_ages import WatchAges
from sealane_operator.world.world import World
from tests.support.cluster import Cluster
from tests.support.forbidden_calls import NO_ROUTER, NOBODY, NOT_ELSEWHERE, ONLY_THE_OPERATOR, Deed
from tests.support.permitted_calls import GRANTED, Call, Caller, calling, calls, made
from tests.support.rbac import HOME, ROUTE, SECRET, Installation, installed


@pytest.fixture(scope="module", params=["cluster-wide", "namespaced"])
def installation(request: pytest.FixtureRequest, control_plane: Cluster) -> Iterator[Installation]:
    """The files of ``k8s/rbac`` as they are, and as Roles alone."""
    wide = request.param == "cluster-wide"
    team = f"team-{uuid4().hex[:8]}"
    home = HOME if wide else f"home-{uuid4().hex[:8]}"
    yield installed(control_plane, home, team, wide=wide)
    names = [team] if wide else [team, home]
    control_plane.kubectl("delete", "namespace", *names, "--wait=false")


@pytest.fixture(scope="module")
def kubeconfigs(installation: Installation) -> dict[str, Path]:
    """By ServiceAccount."""
    return {name: installation.kubeconfig(name) for name in ("sealane-operator", "sealane-router")}


@pytest.fixture
async def operator(installation: Installation, kubeconfigs: Mapping[str, Path]) -> AsyncIterator[Caller]:
    """The operator, with its pod's token."""
    async with calling(installation, kubeconfigs["sealane-operator"]) as caller:
        yield caller


@pytest.fixture
async def router(installation: Installation, kubeconfigs: Mapping[str, Path]) -> AsyncIterator[Caller]:
    """A router, with its pod's token."""
    async with calling(installation, kubeconfigs["sealane-router"]) as caller:
        yield caller


async def _refused(table: Mapping[str, Call], caller: Caller) -> dict[str, str]:
    """What of the table is refused, and with which words."""
    found: dict[str, str] = {}
    for name, call in table.items():
        try:
            await made(call, caller)
        except Forbidden as error:
            found[name] = str(error)
    return found


async def _settled(router: Caller, refused: set[str]) -> set[str]:
    """What of the Secret's calls is refused, once that is as expected, or patience has ended.

    The API server's authorizer hears of a Role by a watch of its own, a moment after it was written.
    """
    deadline = time.monotonic() + 90
    while True:
        found = set(await _refused(GRANTED, router))
        if found == refused or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.05)


async def _not_refused(deeds: list[Deed], caller: Caller) -> dict[str, str]:
    """What of these is not refused for want of permission, and what came of it."""
    found: dict[str, str] = {}
    for deed in deeds:
        try:
            await deed.attempt(caller)
        except Forbidden:
            continue
        except KubeError as error:
            found[str(deed)] = str(error)
        else:
            found[str(deed)] = "done"
    return found


async def test_the_operator_may_do_all_of_its_work(operator: Caller) -> None:
    """Each call that its code makes, with nothing but its ServiceAccount's token."""
    assert await _refused(calls("sealane-operator", wide=operator.at.wide), operator) == {}


async def test_an_operator_with_roles_alone_takes_requests_for_unverified(operator: Caller) -> None:
    """It may not look whether the policy is there, which is no reason to fail."""
    if operator.at.wide:
        pytest.skip("this one may look")

    assert not await operator.kube.policy_exists()


async def test_kopf_watches_with_no_more_than_that(installation: Installation, kubeconfigs: Mapping[str, Path]) -> None:
    """The operator's own watches see everything once, through whatever kopf asks besides."""
    scopes = [None if installation.wide else installation.team]
    complete = asyncio.Event()
    refused: list[int] = []
    watches = Watches(
        world := World(scopes, mark=lambda _key: None),
        WatchAges(scopes, time.monotonic),
        kubeconfig=kubeconfigs["sealane-operator"],
        scopes=scopes,
        measure=lambda _verb, _kind, status, _took: refused.append(status) if status in {401, 403} else None,
        completed=complete.set,
    )
    watches.start()
    try:
        await complete.wait()
    finally:
        await watches.stop(10.0)

    assert f"{installation.team}/{ROUTE}" in world.routes
    assert refused == []


async def test_a_router_may_follow_routes(router: Caller) -> None:
    """Routes by list and watch, revisions by name."""
    assert await _refused(calls("sealane-router", wide=router.at.wide), router) == {}


async def test_a_router_reads_the_secrets_that_the_operator_lets_it_read(operator: Caller, router: Caller) -> None:
    """None before, exactly the names while they are there, none once they are taken away."""
    await operator.kube.grant_secrets(operator.at.team, [])
    before = await _settled(router, set(GRANTED))
    await operator.kube.grant_secrets(operator.at.team, [SECRET])
    during = await _settled(router, set())
    others = await _not_refused(NO_ROUTER, router)
    await operator.kube.grant_secrets(operator.at.team, [])
    after = await _settled(router, set(GRANTED))

    assert before == after == set(GRANTED)
    assert (during, others) == (set(), {})


@pytest.mark.parametrize("who", ["sealane-operator", "sealane-router"])
async def test_nothing_else_is_permitted(installation: Installation, kubeconfigs: Mapping[str, Path], who: str) -> None:
    """Specs, Secrets, Deployments, other people's leases and roles: all of it is refused, for want of permission."""
    deeds = NOBODY + ([*ONLY_THE_OPERATOR, *NO_ROUTER] if who == "sealane-router" else [])
    async with calling(installation, kubeconfigs[who]) as caller:
        done = await _not_refused(deeds + ([] if installation.wide else NOT_ELSEWHERE), caller)

    assert done == {}


async def test_each_of_these_calls_exists(installation: Installation, control_plane: Cluster) -> None:
    """An administrator is refused none of them, and each names a kind that the API server has."""
    async with calling(installation, control_plane.kubeconfig) as administrator:
        for deed in [*NOBODY, *ONLY_THE_OPERATOR, *NO_ROUTER, *NOT_ELSEWHERE]:
            try:
                await deed.rehearse(administrator)
            except Forbidden:
                raise
            except KubeError as error:
                assert "could not find the requested resource" not in str(error), deed
