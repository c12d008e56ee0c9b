"""Each single permission of ``k8s/rbac`` is needed: whoever lacks it is refused at work, and told that very one."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from sealane_kube.errors import Forbidden
from tests.support.cluster import Cluster
from tests.support.kubectl import Kubectl
from tests.support.permitted_calls import calling, calls, made
from tests.support.rbac import (
    HOME,
    Installation,
    Permission,
    account,
    bereft,
    installed,
    manifests,
    permissions,
    removed,
)

#: By folder, which kind of installation shows it: what is granted at home stands beside Roles.
TAKEN = {
    True: list(permissions(manifests("cluster"))),
    False: [*permissions(manifests("home")), *permissions(manifests("namespace"))],
}

_CASES = [
    pytest.param(wide, nth, id=f"{'cluster' if wide else 'namespaced'}: {permission}")
    for wide, taken in TAKEN.items()
    for nth, permission in enumerate(taken)
]

#: What the operator's own calls write, of which each account begins without.
_WRITTEN = ("role/sealane-router-secrets", "rolebinding/sealane-router-secrets")


@dataclass(frozen=True, slots=True)
class Bereft:
    """An installation, and accounts that lack one permission each."""

    installation: Installation
    kubectl: Kubectl

    def reset(self) -> None:
        """Take back what an account before may have written."""
        at = self.installation
        self.kubectl("delete", "--ignore-not-found", f"--namespace={at.team}", *_WRITTEN)
        self.kubectl("delete", "--ignore-not-found", f"--namespace={at.home}", "lease/sealane-operator")


@pytest.fixture(scope="module")
def installations(control_plane: Cluster) -> Iterator[dict[bool, Bereft]]:
    """Both kinds; their accounts are all there before the first is asked."""
    made_here: dict[bool, Bereft] = {}
    kubectl = control_plane.kubectl
    documents = []
    for wide, taken in TAKEN.items():
        team, home = f"team-{uuid4().hex[:8]}", HOME if wide else f"home-{uuid4().hex[:8]}"
        at = installed(control_plane, home, team, wide=wide)
        made_here[wide] = Bereft(at, kubectl)
        documents += bereft(at, taken)
    kubectl("create", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))
    yield made_here
    removed(kubectl, documents)
    spaces = {at.installation.team for at in made_here.values()} | {made_here[False].installation.home}
    kubectl("delete", "namespace", *spaces, "--wait=false")


@pytest.mark.parametrize(("wide", "nth"), _CASES)
async def test_every_permission_is_needed(installations: dict[bool, Bereft], wide: bool, nth: int) -> None:
    """Whoever has all but one is refused first where that one is needed."""
    scene = installations[wide]
    permission = TAKEN[wide][nth]
    kubeconfig = scene.installation.kubeconfig(account(nth))
    deadline = time.monotonic() + 90
    while True:  # the authorizer hears of roles and bindings a moment after they were written
        scene.reset()
        refused = await _first_refusal(scene.installation, kubeconfig, permission)
        if _is_about(permission, refused) or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.1)

    assert _is_about(permission, refused), refused or "nothing was refused"


async def _first_refusal(at: Installation, kubeconfig: Path, permission: Permission) -> str:
    """What the account is told where it is refused first; empty when it never is."""
    async with calling(at, kubeconfig) as caller:
        try:
            for call in calls(permission.account, wide=at.wide).values():
                await made(call, caller)
        except Forbidden as error:
            return str(error)
    return ""


def _is_about(permission: Permission, refusal: str) -> bool:
    """Whether these are the words for want of that permission."""
    if permission.resource == "secrets" and permission.verb != "get":  # it is only passed on, in a Role
        return "not currently held" in refusal and f'Verbs:["{permission.verb}"]' in refusal
    return f'cannot {permission.verb} resource "{permission.resource}"' in refusal
