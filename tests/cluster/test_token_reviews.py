"""Callers by their ServiceAccounts' tokens, on a real API server and by a router with its own permissions alone."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.cluster import Cluster, ControlPlane
from tests.support.cluster_router import ClusterRouter, cluster_router
from tests.support.kubectl import Kubectl
from tests.support.raw_client import RawAnswer, raw_client
from tests.support.rbac import installed, manifests
from tests.support.waiting import until

_TOKENS = {"SEALANE_TOKEN_REVIEW": "true", "SEALANE_TOKEN_RECHECK": "1s"}


@dataclass(frozen=True, slots=True)
class Desk:
    """A router of ``home`` that takes tokens, and the namespace ``team`` whose ServiceAccounts call it."""

    router: ClusterRouter
    kubectl: Kubectl
    team: str

    def token(self, account: str = "caller", *flags: str, audience: str = "sealane") -> str:
        """A real token of a ServiceAccount."""
        made = self.kubectl("create", "token", account, f"--namespace={self.team}", f"--audience={audience}", *flags)
        return made.strip()

    async def ask(self, token: str) -> RawAnswer:
        """One request of a caller with this token."""
        async with raw_client("127.0.0.1", self.router.port) as client:
            return await client.get("/v1/models", [("Authorization", f"Bearer {token}")])

    async def answers(self, token: str, status: int) -> RawAnswer:
        """Ask until the answer has this status."""
        while (answer := await self.ask(token)).status != status:  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.05)
        return answer

    async def metric(self, line: str) -> float:
        """One line of ``/metrics``; 0.0 when it is not there."""
        text = (await self.router.get("/metrics")).body.decode()
        return next((float(each.rpartition(" ")[2]) for each in text.splitlines() if each.startswith(line + " ")), 0.0)


def _home(cluster: Cluster, team: str) -> Path:
    """A kubeconfig of routers of ``team`` with the permissions that are installed for them."""
    home = f"home-{uuid4().hex[:8]}"
    installation = installed(cluster, home, team, wide=True)
    callers = manifests("callers", home=home)
    for document in callers:
        # Others' homes are bound beside this one.
        document["metadata"]["name"] += f"-{home}"
        if "roleRef" in document:
            document["roleRef"]["name"] += f"-{home}"
    cluster.kubectl.apply(*callers)
    for account in ("caller", "other"):
        cluster.kubectl("create", "serviceaccount", account, f"--namespace={team}")
    return installation.kubeconfig("sealane-router")


@pytest.fixture
async def desk(tmp_path: Path, control_plane: Cluster) -> AsyncIterator[Desk]:
    """On the shared control plane."""
    team = f"team-{uuid4().hex[:8]}"
    async with cluster_router(tmp_path, _home(control_plane, team), _TOKENS) as router:
        yield Desk(router, control_plane.kubectl, team)


async def test_a_token_for_the_gateway_lets_its_service_account_in(desk: Desk) -> None:
    """As the tenant of its namespace; one review serves many requests, and the token is written nowhere."""
    token = desk.token()
    answers = [await desk.ask(token) for _ in range(5)]
    await until(lambda: desk.router.out.count("\n") == 5)
    tenants = [json.loads(line)["tenant"] for line in desk.router.out.splitlines()]

    assert [answer.status for answer in answers] == [200] * 5
    assert tenants == [desk.team] * 5
    assert 1 <= await desk.metric('sealane_token_reviews_total{result="accepted"}') < 5
    assert token not in desk.router.out + desk.router.err
    assert token.rpartition(".")[2] not in desk.router.out + desk.router.err


async def test_a_token_for_somebody_else_is_refused_with_what_to_do(desk: Desk) -> None:
    """The API server's own audience, and any other."""
    for audience in ("https://kubernetes.default.svc", "somebody-else"):
        answer = await desk.ask(desk.token(audience=audience))

        assert (answer.status, answer.code) == (401, "invalid_api_key")
        assert "serviceAccountToken: {audience: sealane, path: token}" in answer.json["error"]["message"]


async def test_a_forged_token_is_refused(desk: Desk) -> None:
    """One with another signature, and one whose claims were changed under a good one."""
    ours, theirs = desk.token().split("."), desk.token("other").split(".")
    for forged in ([*ours[:2], theirs[2]], [ours[0], theirs[1], ours[2]]):
        answer = await desk.ask(".".join(forged))

        assert (answer.status, answer.code) == (401, "invalid_api_key")
    assert await desk.metric('sealane_token_reviews_total{result="rejected"}') == 2


async def test_keys_of_other_kinds_are_not_shown_to_the_api_server(desk: Desk) -> None:
    """Not even a JWT, as some providers have for keys."""
    for key in ("sl-" + "x" * 43, "sk-proj-abc", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.eA"):
        assert (await desk.ask(key)).status == 401

    assert await desk.metric('sealane_token_reviews_total{result="rejected"}') == 0


async def test_a_deleted_service_account_stops_calling(desk: Desk) -> None:
    """Though its token has an hour to go; the API server itself remembers it for ten seconds."""
    token, other = desk.token(), desk.token("other")
    before = [(await desk.ask(each)).status for each in (token, other)]
    desk.kubectl("delete", "serviceaccount", "caller", f"--namespace={desk.team}")
    refused = await desk.answers(token, 401)
    after = (await desk.ask(other)).status

    assert before == [200, 200]
    assert (refused.code, after) == ("invalid_api_key", 200)


async def test_a_token_of_a_pod_ends_with_its_pod(desk: Desk) -> None:
    """The one that a pod's volume has is bound to it, and its ServiceAccount lives on."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "app", "namespace": desk.team},
        "spec": {"serviceAccountName": "caller", "containers": [{"name": "app", "image": "app"}]},
    }
    desk.kubectl.apply(pod)
    bound, other = desk.token("caller", "--bound-object-kind=Pod", "--bound-object-name=app"), desk.token()
    before = (await desk.ask(bound)).status
    desk.kubectl("delete", "pod", "app", f"--namespace={desk.team}", "--force", "--grace-period=0")
    refused = await desk.answers(bound, 401)

    assert before == 200
    assert refused.code == "invalid_api_key"
    assert (await desk.ask(other)).status == 200


async def test_a_token_without_an_audience_is_refused(desk: Desk, control_plane: Cluster) -> None:
    """The old kind, which lies in a Secret and never ends, opens the API server and nothing here."""
    if not control_plane.collects_garbage:
        pytest.skip("there is no kube-controller-manager, which writes such tokens")
    annotation = {"kubernetes.io/service-account.name": "caller"}
    metadata = {"name": "old", "namespace": desk.team, "annotations": annotation}
    kind = "kubernetes.io/service-account-token"
    desk.kubectl.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind})
    path = "-o=jsonpath={.data.token}"
    while not (token := desk.kubectl("get", "secret", "old", f"--namespace={desk.team}", path)):  # noqa: ASYNC110 - only asking tells
        await asyncio.sleep(0.05)
    answer = await desk.ask(b64decode(token).decode())

    assert (answer.status, answer.code) == (401, "invalid_api_key")


async def test_without_the_permission_nobody_is_refused(tmp_path: Path, control_plane: Cluster) -> None:
    """That the router may not ask is no fault of the token: 503, and people are told what is forbidden."""
    team = f"team-{uuid4().hex[:8]}"
    home = f"home-{uuid4().hex[:8]}"
    kubeconfig = installed(control_plane, home, team, wide=True).kubeconfig("sealane-router")
    control_plane.kubectl("create", "serviceaccount", "caller", f"--namespace={team}")
    async with cluster_router(tmp_path, kubeconfig, _TOKENS) as router:
        desk = Desk(router, control_plane.kubectl, team)
        answer = await desk.ask(desk.token())
        checks = (await router.get("/readyz?verbose")).body.decode()

    assert (answer.status, answer.code) == (503, "authentication_unavailable")
    assert "tokenreviews.authentication.k8s.io is forbidden" in checks


async def test_the_key_file_says_for_whom_service_accounts_call(
    tmp_path: Path, control_plane: Cluster, desk: Desk
) -> None:
    """By name or by namespace; one that it does not name is refused, and told so."""
    file = tmp_path / "keys.yaml"
    file.write_text(f"tenants: {{apps: {{serviceAccounts: [{desk.team}/caller]}}}}\nkeys: []\n", "utf-8")
    folder = tmp_path / "second"
    folder.mkdir()
    kubeconfig = _home(control_plane, f"team-{uuid4().hex[:8]}")
    async with cluster_router(folder, kubeconfig, {**_TOKENS, "SEALANE_KEYS": str(file)}) as router:
        bound = Desk(router, desk.kubectl, desk.team)
        named, other = await bound.ask(desk.token()), await bound.ask(desk.token("other"))
        await until(lambda: router.out.count("\n") == 2)
        tenants = [json.loads(line).get("tenant", "") for line in router.out.splitlines()]

    assert (named.status, other.status, other.code) == (200, 401, "invalid_api_key")
    assert f"ServiceAccount {desk.team}/other may not call" in other.json["error"]["message"]
    assert tenants == ["apps", ""]


async def test_known_tokens_outlive_the_api_server(tmp_path: Path, private_control_plane: ControlPlane) -> None:
    """While it is gone they hold and an unknown one is a 503; when it is back, so are reviews."""
    kubeconfig = _home(private_control_plane, "team")
    async with cluster_router(tmp_path, kubeconfig, _TOKENS) as router:
        desk = Desk(router, private_control_plane.kubectl, "team")
        known, unknown = desk.token(), desk.token("other")
        before = (await desk.ask(known)).status
        private_control_plane.apiserver.kill()
        held = []
        while not await desk.metric("sealane_token_held_total"):
            held.append((await desk.ask(known)).status)
            await asyncio.sleep(0.05)
        stranger = await desk.ask(unknown)
        checks = (await router.get("/readyz?verbose")).body.decode()
        private_control_plane.apiserver.start()
        private_control_plane.wait_until_ready()
        after = await desk.answers(unknown, 200)
        events = [router.events("token_reviews_fail"), router.events("token_reviews_work")]

    assert before == 200
    assert set(held) == {200}
    assert (stranger.status, stranger.code) == (503, "authentication_unavailable")
    assert stranger.get("retry-after") == "2"
    assert "[+]token-reviews ok: the Kubernetes API reviews no tokens: " in checks
    assert after.status == 200
    assert [len(each) for each in events] == [1, 1]


async def test_a_frozen_api_server_makes_nobody_wait_for_long(
    tmp_path: Path, private_control_plane: ControlPlane
) -> None:
    """It takes connections and never answers: the first review of an old token ends in time, and the token holds."""
    kubeconfig = _home(private_control_plane, "team")
    settings = {**_TOKENS, "SEALANE_TOKEN_WAIT": "500ms"}
    async with cluster_router(tmp_path, kubeconfig, settings) as router:
        desk = Desk(router, private_control_plane.kubectl, "team")
        known, unknown = desk.token(), desk.token("other")
        before = (await desk.ask(known)).status
        private_control_plane.apiserver.freeze()
        while not await desk.metric("sealane_token_held_total"):
            assert (await desk.ask(known)).status == 200
        stranger = await desk.ask(unknown)
        private_control_plane.apiserver.thaw()
        private_control_plane.wait_until_ready()
        after = await desk.answers(unknown, 200)

    assert (before, stranger.status, after.status) == (200, 503, 200)
