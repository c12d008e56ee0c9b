"""Real router processes on a real API server: what is written there is what they serve."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sealane_api.report import CandidateLease
from sealane_cli.stub.server import StubProvider
from tests.support.cluster import Cluster
from tests.support.cluster_router import ClusterRouter, cluster_router
from tests.support.kubectl import Kubectl
from tests.support.pointing import Pointing, spec_of
from tests.support.rbac import installed
from tests.support.this_machine import this_machine
from tests.support.waiting import until


@pytest.fixture
def pointing(administrator: Kubectl) -> Iterator[Pointing]:
    """A namespace of the test's own."""
    name = f"follow-{uuid4().hex[:8]}"
    administrator("create", "namespace", name)
    yield Pointing(administrator, name)
    administrator("delete", "namespace", name, "--wait=false")


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """A provider that takes any of three keys."""
    async with StubProvider(
        "moonshot", host=this_machine().address, accepted_keys=frozenset({"sk-one", "sk-two", "sk-three"})
    ) as started:
        yield started


@pytest.fixture
async def router(tmp_path: Path, pointing: Pointing) -> AsyncIterator[ClusterRouter]:
    """A router of the test's namespace."""
    settings = {"SEALANE_NAMESPACES": pointing.namespace}
    async with cluster_router(tmp_path, pointing.kubectl.kubeconfig, settings) as started:
        yield started


def _url(stub: StubProvider) -> str:
    return this_machine().url(stub.base_url)


async def _answers(router: ClusterRouter, status: int, **headers: str) -> None:
    """Ask until the answer is the expected one."""
    while True:
        answer = await router.ask()
        if answer.status == status and all(answer.get(f"x-sealane-{name}") == text for name, text in headers.items()):
            return
        await asyncio.sleep(0.02)


async def _reported(router: ClusterRouter, key: str, expected: Callable[[Any], bool]) -> Any:
    """What the router reports of a route, once that is as expected."""
    while True:
        route = (await router.poll())["routes"].get(key, {})
        if expected(route):
            return route
        await asyncio.sleep(0.02)


async def _problem(router: ClusterRouter, key: str, other_than: str | None = None) -> str:
    """The route's problem, once it has another one."""
    route = await _reported(router, key, lambda route: route.get("problem") not in {None, other_than})
    return str(route["problem"])


async def test_what_a_status_points_at_is_served(router: ClusterRouter, pointing: Pointing, stub: StubProvider) -> None:
    """Unready and 503 before; then the stable revision answers with the Secret's key, and the report says so."""
    before = (await router.ready(), (await router.ask()).status)
    pointing.secret("sk-one")
    pointer = pointing.serve("assistants", spec_of(_url(stub)))
    await _answers(router, 200, revision="1")
    report = await router.poll()

    assert before == (False, 503)
    assert await router.ready()
    (told,) = report["routes"].values()
    assert {"revision": told["stable"]["revision"], "hash": told["stable"]["hash"]} == pointer
    assert told["problem"] is None
    assert report["api_age"] < 60
    assert "sk-one" not in router.out + router.err


async def test_a_candidate_is_served_as_far_as_it_is_leased(
    router: ClusterRouter, pointing: Pointing, stub: StubProvider
) -> None:
    """By nobody's word alone: the status points at it and the operator's poll leases it; promotion makes it stable."""
    key = f"{pointing.namespace}/assistants"
    pointing.secret("sk-one")
    stable = pointing.serve("assistants", spec_of(_url(stub)))
    candidate = pointing.revision("assistants", 2, spec_of(_url(stub), key="other"))
    pointing("patch", "secret", "moonshot", "--patch", '{"stringData": {"other": "sk-two"}}')
    pointing.point("assistants", stable, {**candidate, "weight": 100})
    await _reported(router, key, lambda route: route.get("candidate") is not None)
    unleased = (await router.ask()).get("x-sealane-revision")
    report = await router.poll(CandidateLease(key, 2, 100))
    leased = (await router.ask()).get("x-sealane-revision")
    pointing.point("assistants", stable)
    await _answers(router, 200, revision="1")
    pointing.point("assistants", candidate)
    await _answers(router, 200, revision="2")

    assert (unleased, leased) == ("1", "2")
    assert report["routes"][key]["candidate"]["hash"] == candidate["hash"]


async def test_a_forged_revision_is_not_served(router: ClusterRouter, pointing: Pointing, stub: StubProvider) -> None:
    """Neither one of another owner, nor one with another content than the status says: stable stays and the report
    says why."""
    key = f"{pointing.namespace}/assistants"
    pointing.secret("sk-one")
    stable = pointing.serve("assistants", spec_of(_url(stub)))
    await _answers(router, 200, revision="1")
    pointing.route("other", spec_of(_url(stub), prefix="glm-"))
    foreign = pointing.revision("assistants", 2, spec_of(_url(stub)), owner="other")
    pointing.point("assistants", foreign)
    first = await _problem(router, key)
    pointing.revision("assistants", 3, spec_of(_url(stub), prefix="glm-"))
    pointing.point("assistants", {"revision": 3, "hash": stable["hash"]})
    second = await _problem(router, key, other_than=first)

    assert first == "revision assistants-2 belongs to another route than assistants"
    assert second == "revision assistants-3 does not have the hash that the status of route assistants says"
    assert (await router.ask()).get("x-sealane-revision") == "1"


async def test_a_key_rotates_without_a_restart(router: ClusterRouter, pointing: Pointing, stub: StubProvider) -> None:
    """A parked credential too; a Secret that is deleted is gone, and back when it is back."""
    pointing.secret("sk-wrong")
    pointing.serve("assistants", spec_of(_url(stub)))
    await _answers(router, 502)
    for _ in range(3):
        await router.ask()  # the credential is parked
    pointing.secret("sk-two")
    await _answers(router, 200)
    pointing("delete", "secret", "moonshot")
    await _answers(router, 502)
    deleted = (await router.ask()).code
    pointing.secret("sk-three")
    await _answers(router, 200)

    assert deleted == "provider_unauthorized"
    assert {"sk-one", "sk-two", "sk-three", "sk-wrong"}.isdisjoint(router.err.split('"'))


async def test_a_missing_secret_keeps_what_there_is(
    router: ClusterRouter, pointing: Pointing, stub: StubProvider
) -> None:
    """The new revision comes when its Secret does; until then the report names the Secret and the key."""
    key = f"{pointing.namespace}/assistants"
    pointing.secret("sk-one")
    pointing.serve("assistants", spec_of(_url(stub)))
    await _answers(router, 200, revision="1")
    pointing.point("assistants", pointing.revision("assistants", 2, spec_of(_url(stub), secret="late")))
    missing = await _problem(router, key)
    pointing.secret("sk-two", name="late", key="other-key")
    unnamed = await _problem(router, key, other_than=missing)
    pointing.secret("sk-two", name="late")
    await _answers(router, 200, revision="2")

    assert missing == f"revision 2 is not served: there is no Secret late in namespace {pointing.namespace}"
    assert unnamed == "revision 2 is not served: Secret late has no key api-key"


async def test_a_router_has_its_own_permissions_and_waits_for_those_on_secrets(
    tmp_path: Path, control_plane: Cluster, administrator: Kubectl, stub: StubProvider
) -> None:
    """The Role on the Secret's name comes after the route: the 403 before is no problem, and no restart is needed."""
    team = f"follow-{uuid4().hex[:8]}"
    made = installed(control_plane, f"{team}-home", team, wide=False)
    pointing = Pointing(administrator, team)
    pointing.secret("sk-one")
    pointing.serve("with-key", spec_of(_url(stub)))
    settings = {"SEALANE_NAMESPACES": team}
    async with cluster_router(tmp_path, made.kubeconfig("sealane-router"), settings) as router:
        await until(lambda: any(event["resource"] == "secrets" for event in router.events("watch_failed")))
        problems = (await router.poll())["routes"]
        pointing("create", "role", "s", "--verb=get,list,watch", "--resource=secrets", "--resource-name=moonshot")
        pointing("create", "rolebinding", "s", "--role=s", f"--serviceaccount={made.home}:sealane-router")
        await _answers(router, 200, revision="1")
    for namespace in (team, made.home):
        administrator("delete", "namespace", namespace, "--wait=false")

    assert problems == {}


async def test_two_routes_that_claim_the_same_do_not_take_the_table_down(
    router: ClusterRouter, pointing: Pointing, stub: StubProvider
) -> None:
    """The older one serves, the other's problem names it, and when it goes the other serves."""
    pointing.secret("sk-one")
    pointing.serve("older", spec_of(_url(stub)))
    await asyncio.to_thread(_wait_a_second)
    pointing.serve("a-younger", spec_of(_url(stub)))
    problem = await _problem(router, f"{pointing.namespace}/a-younger")
    served = (await router.ask()).get("x-sealane-route")
    pointing("delete", "providerroute", "older")
    await _answers(router, 200, route=f"{pointing.namespace}/a-younger")

    assert problem == f"prefix kimi- belongs to the older route {pointing.namespace}/older"
    assert served == f"{pointing.namespace}/older"


async def test_a_kubeconfig_that_cannot_be_used_ends_the_router(tmp_path: Path) -> None:
    """With exit code 1 and words for whoever started it; an API that is away does not."""
    (tmp_path / "kubeconfig").write_text("nonsense: [", "utf-8")

    with pytest.raises(RuntimeError, match=r"exit 1\nSEALANE_KUBECONFIG: .* cannot be used: "):
        async with cluster_router(tmp_path, tmp_path / "kubeconfig"):
            pass


def _wait_a_second() -> None:
    """Until the clock of creation timestamps has moved on."""
    time.sleep(1.1)
