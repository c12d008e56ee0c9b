"""``k8s/policies`` on a real API server: a request by hand bears the name of whoever wrote it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from sealane_api.request import REQUEST_ANNOTATION, Request, Verb
from sealane_operator.kube.client import REQUEST_POLICY, KubeClient
from tests.support.api_kube import connect
from tests.support.cluster import Cluster
from tests.support.crds import with_crds
from tests.support.kubectl import Kubectl
from tests.support.rbac import refusal
from tests.support.resources import Document, route

_FOLDER = Path(__file__).resolve().parents[2] / "k8s" / "policies"
_BINDING = f"validatingadmissionpolicybinding/{REQUEST_POLICY}"

#: As certificates, OpenID Connect and ServiceAccounts name people and programs.
USERS = [
    "jane",
    "jane doe",
    "jane doe promote",
    "oidc:https://login.example.com#4711",
    "jane.doe+ops@example.com",
    "Jané Dœ (運用)",
    ".*",
    'it\'s "me" \\ $1',
    "system:serviceaccount:argocd:argocd-application-controller",
]

_ARGUMENTS = {Verb.PROMOTE: ((), ("full",)), Verb.UNDO: ((), ("7",), ("999999999",))}
_AT = 1_795_000_000.0


@pytest.fixture(scope="module")
def administrator(control_plane: Cluster) -> Iterator[Kubectl]:
    """The administrator of a cluster with the policy."""
    kubectl = with_crds(control_plane)
    kubectl("apply", "--server-side", "-f", str(_FOLDER))
    yield kubectl
    kubectl("delete", "-f", str(_FOLDER))


@pytest.fixture(scope="module")
def namespace(administrator: Kubectl) -> Iterator[str]:
    """A namespace whose users may write routes."""
    name = f"policy-{uuid4().hex[:8]}"
    administrator("create", "namespace", name)
    verbs, kind = "--verb=get,create,update,patch", "--resource=providerroutes.sealane.dev"
    administrator("create", "role", "routes", f"--namespace={name}", verbs, kind)
    users = [f"--user={user}" for user in USERS]
    administrator("create", "rolebinding", "routes", f"--namespace={name}", "--role=routes", *users)
    yield name
    administrator("delete", "namespace", name, "--wait=false")


@pytest.fixture
def a(administrator: Kubectl, namespace: str) -> str:
    """The name of a route without a request, at a moment when the policy is in force."""
    name = f"a-{uuid4().hex[:8]}"
    administrator.apply(route(name, namespace))
    deadline = time.monotonic() + 90
    while not _annotate(administrator, namespace, name, "nobody", "--dry-run=server"):
        assert time.monotonic() < deadline, "the policy is not in force"
        time.sleep(0.1)
    return name


def _annotate(kubectl: Kubectl, namespace: str, name: str, text: str, *flags: str) -> str:
    """What ``kubectl annotate`` is refused with; empty when it is done."""
    annotation = f"{REQUEST_ANNOTATION}={text}"
    return refusal(kubectl, "annotate", "pr", name, annotation, "--overwrite", f"--namespace={namespace}", *flags)


def _request(user: str, verb: Verb = Verb.PAUSE, arguments: tuple[str, ...] = ()) -> str:
    return Request(user, verb, arguments, f"x-{uuid4().hex[:8]}", _AT).text()


def _held(kubectl: Kubectl, namespace: str, name: str) -> str | None:
    found = json.loads(kubectl("get", "pr", name, f"--namespace={namespace}", "-o", "json"))
    text: str | None = found["metadata"].get("annotations", {}).get(REQUEST_ANNOTATION)
    return text


@pytest.mark.parametrize("user", USERS)
def test_everybody_asks_in_their_own_name(administrator: Kubectl, namespace: str, a: str, user: str) -> None:
    """And in nobody else's: whatever is accepted is read as a request of the one who wrote it."""
    me = administrator.impersonating(user)
    others = [other for other in USERS if other != user]

    assert _annotate(me, namespace, a, _request(user)) == ""
    assert Request.parse(_held(administrator, namespace, a) or "").user == user
    for other in others:
        assert "ValidatingAdmissionPolicy" in _annotate(me, namespace, a, _request(other)), other


@pytest.mark.parametrize(
    ("verb", "arguments"), [(verb, arguments) for verb in Verb for arguments in _ARGUMENTS.get(verb, ((),))]
)
def test_every_verb_can_be_asked_for(
    administrator: Kubectl, namespace: str, a: str, verb: Verb, arguments: tuple[str, ...]
) -> None:
    """The policy knows the whole grammar of a request."""
    jane = administrator.impersonating("jane")

    assert _annotate(jane, namespace, a, _request("jane", verb, arguments)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jane",
        "jane ",
        "jane hello",
        "jane  pause x 2026-11-22T23:00:00Z",
        "janet pause x 2026-11-22T23:00:00Z",
        "jane doe pause x 2026-11-22T23:00:00Z",
        "jane explode x 2026-11-22T23:00:00Z",
        "jane undo 0 x 2026-11-22T23:00:00Z",
        "jane pause full x 2026-11-22T23:00:00Z",
        "jane pause X 2026-11-22T23:00:00Z",
        f"jane pause {'x' * 65} 2026-11-22T23:00:00Z",
        "jane pause x 2026-11-22T23:00:00Z ",
        "jane pause x 2026-11-22T23:00:00Z\n",
        "jane pause x yesterday",
    ],
)
def test_what_is_no_request_of_jane_is_refused(administrator: Kubectl, namespace: str, a: str, text: str) -> None:
    """Her name alone does not make it one."""
    assert "denied request" in _annotate(administrator.impersonating("jane"), namespace, a, text)


@pytest.fixture
def clerk(administrator: Kubectl, namespace: str) -> Iterator[str]:
    """A user who may ask for others in this namespace."""
    name = "system:serviceaccount:sealane-system:clerk"
    verbs, kind = "--verb=get,patch,ask-for-others", "--resource=providerroutes.sealane.dev"
    administrator("create", "role", "clerk", f"--namespace={namespace}", verbs, kind)
    administrator("create", "rolebinding", "clerk", f"--namespace={namespace}", "--role=clerk", f"--user={name}")
    yield name
    administrator("delete", "rolebinding,role", "clerk", f"--namespace={namespace}")


def _for(person: str, clerk: str, verb: Verb = Verb.UNDO, arguments: tuple[str, ...] = ("7",)) -> str:
    return _request(f"{person} via {clerk}", verb, arguments)


def _allowed(kubectl: Kubectl, namespace: str, name: str, text: str) -> str:
    """The refusal of a write; the authorizer hears of a new role a moment after it was made."""
    deadline = time.monotonic() + 90
    while (said := _annotate(kubectl, namespace, name, text)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return said


@pytest.mark.parametrize("person", ["jane", "jane doe", "Jané Dœ (運用)", "x" * 170])
def test_who_may_ask_for_others_writes_both_names(
    administrator: Kubectl, namespace: str, a: str, clerk: str, person: str
) -> None:
    """Who confirmed it, via the account that writes it; an undo to a named revision, or an abort."""
    me = administrator.impersonating(clerk)

    assert _allowed(me, namespace, a, _for(person, clerk)) == ""
    assert Request.parse(_held(administrator, namespace, a) or "").user == f"{person} via {clerk}"
    assert _annotate(me, namespace, a, _for(person, clerk, Verb.ABORT, ())) == ""


@pytest.mark.parametrize(
    ("person", "verb", "arguments"),
    [
        ("jane", Verb.UNDO, ()),
        ("jane", Verb.PROMOTE, ("full",)),
        ("jane", Verb.RETRY, ()),
        ("x" * 171, Verb.UNDO, ("7",)),
    ],
)
def test_nothing_else_is_asked_for_others(
    administrator: Kubectl, namespace: str, a: str, clerk: str, person: str, verb: Verb, arguments: tuple[str, ...]
) -> None:
    """What goes forward is asked by people themselves."""
    me = administrator.impersonating(clerk)
    assert _allowed(me, namespace, a, _for("jane", clerk)) == ""

    assert "denied request" in _annotate(me, namespace, a, _for(person, clerk, verb, arguments))


def test_nobody_asks_for_others_without_the_verb(administrator: Kubectl, namespace: str, a: str, clerk: str) -> None:
    """Neither via oneself nor via somebody who may; and whoever may still cannot leave the own name out."""
    jane, me = administrator.impersonating("jane"), administrator.impersonating(clerk)
    assert _allowed(me, namespace, a, _for("jane", clerk)) == ""

    assert "denied request" in _annotate(jane, namespace, a, _for("bob", "jane"))
    assert "denied request" in _annotate(jane, namespace, a, _for("bob", clerk))
    assert "denied request" in _annotate(me, namespace, a, _request("jane", Verb.UNDO, ("7",)))
    assert "denied request" in _annotate(me, namespace, a, _for("jane", "somebody"))
    assert "denied request" in _annotate(me, namespace, a, _for(f"bob via {clerk} undo", clerk))


def test_the_words_say_what_to_do(administrator: Kubectl, namespace: str, a: str) -> None:
    """Exactly this is what a person reads."""
    said = _annotate(administrator.impersonating("jane"), namespace, a, "bob pause x 2026-11-22T23:00:00Z")

    assert said == (
        f'Error from server (Forbidden): providerroutes.sealane.dev "{a}" is forbidden: ValidatingAdmissionPolicy '
        "'sealane-request-author' with binding 'sealane-request-author' denied request: the annotation "
        "sealane.dev/request is a request of whoever writes it, here jane: use kubectl sealane, which writes it, "
        "or leave the annotation out"
    )


def test_other_changes_leave_a_request_alone(administrator: Kubectl, namespace: str, a: str) -> None:
    """Whoever edits, replaces or applies a route carries the request along, or takes it away; both are fine."""
    _annotate(administrator.impersonating("jane"), namespace, a, text := _request("jane"))
    bob = administrator.impersonating("jane doe")
    bob("patch", "pr", a, f"--namespace={namespace}", "--type=merge", "-p", '{"spec": {"suspend": true}}')
    whole = bob("get", "pr", a, f"--namespace={namespace}", "-o", "json")
    bob("replace", f"--namespace={namespace}", "-f", "-", stdin=whole.replace('"suspend": true', '"suspend": false'))
    kept = _held(administrator, namespace, a)
    bob("annotate", "pr", a, f"{REQUEST_ANNOTATION}-", f"--namespace={namespace}")

    assert kept == text
    assert _held(administrator, namespace, a) is None


def test_a_new_route_brings_only_its_creators_request(administrator: Kubectl, namespace: str, a: str) -> None:
    """A copy of a route with somebody's request on it is refused until that is left out."""
    jane = administrator.impersonating("jane")

    def created(asked: str) -> str:
        document: Document = route(f"{a}-copy", namespace)
        document["metadata"]["annotations"] = {REQUEST_ANNOTATION: asked}
        return refusal(jane, "create", "--dry-run=server", "-f", "-", stdin=json.dumps(document))

    assert "denied request" in created(_request("jane doe"))
    assert created(_request("jane")) == ""


async def test_a_status_write_carries_no_request(administrator: Kubectl, namespace: str, a: str) -> None:
    """The API server drops whatever else is written with a status, so the policy need not look there."""
    connection = await connect(administrator.kubeconfig)
    kube = KubeClient(connection, router_namespace="sealane-system")
    try:
        found = await kube.get_route(namespace, a)
        assert found is not None
        found["metadata"].setdefault("annotations", {})[REQUEST_ANNOTATION] = _request("bob")
        await kube.write_status(found, found["status"])
    finally:
        await connection.close()

    assert _held(administrator, namespace, a) is None


async def test_the_operator_knows_whether_it_is_in_force(administrator: Kubectl) -> None:
    """A policy without its binding binds nobody."""
    connection = await connect(administrator.kubeconfig)
    kube = KubeClient(connection, router_namespace="sealane-system")
    try:
        before = await kube.policy_exists()
        administrator("delete", _BINDING)
        without = await kube.policy_exists()
    finally:
        await connection.close()
        administrator("apply", "--server-side", "-f", str(_FOLDER))

    assert (before, without) == (True, False)
