"""``kubectl sealane`` through kubectl itself, on a real API server; the tests write what the operator would."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from sealane_api.request import Request, Verb
from sealane_operator.judgement.revisions import revision_body
from tests.support.cluster import Cluster
from tests.support.crds import with_crds
from tests.support.kubectl import PATIENCE_SECONDS, Kubectl, KubectlError
from tests.support.rbac import manifests
from tests.support.resources import Document, route, rule
from tests.support.scripted_api import condition, hash_of, settled, stepping

_POLICIES = Path(__file__).resolve().parents[2] / "k8s" / "policies"


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """Somebody's terminal: kubectl, with the plugin on its PATH, in one namespace."""

    kubectl: Kubectl
    namespace: str

    def __call__(self, *arguments: str) -> Done:
        """Type ``kubectl sealane arguments``."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def command(self, *arguments: str) -> list[str]:
        """The words of the command."""
        return [str(self.kubectl.program), "sealane", *arguments, "-n", self.namespace]

    def environment(self) -> dict[str, str]:
        """The one place in which kubectl looks for plugins is the environment that the package is installed in."""
        found = self.kubectl.environment()
        return found | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{found.get('PATH', '')}"}

    def read(self, name: str = "chat") -> Document:
        """The route as it is stored."""
        found: Document = json.loads(self.kubectl("get", "pr", name, f"--namespace={self.namespace}", "-o", "json"))
        return found

    def write_status(self, status: Document, name: str = "chat") -> None:
        """Do as the operator."""
        document = self.read(name)
        current = status | {"observedGeneration": document["metadata"]["generation"]}
        text = json.dumps(document | {"status": current})
        self.kubectl("replace", "--subresource=status", "-f", "-", stdin=text)

    def add_revision(self, number: int, state: str, **spec: object) -> None:
        """Do as the operator: a revision owned by the route."""
        document = self.read()
        document["spec"] |= spec
        body: Document = json.loads(json.dumps(revision_body(document, number, hash_of(number))))
        body["metadata"]["labels"]["sealane.dev/state"] = state
        body["metadata"]["annotations"]["sealane.dev/promoted-at"] = f"2026-11-22T0{number}:00:00Z"
        self.kubectl.apply(body)

    def request(self) -> str:
        """The request that the route carries."""
        return str(self.read()["metadata"].get("annotations", {}).get("sealane.dev/request", ""))


@pytest.fixture(scope="module")
def administrator(control_plane: Cluster) -> Kubectl:
    """The administrator of a cluster that knows both kinds, and people's roles."""
    kubectl = with_crds(control_plane)
    kubectl.apply(*manifests("people"))
    return kubectl


@pytest.fixture
def terminal(administrator: Kubectl) -> Iterator[Terminal]:
    """A namespace with the route ``chat``, of which nothing is under way."""
    name = f"plugin-{uuid4().hex[:8]}"
    administrator("create", "namespace", name)
    administrator.apply(route("chat", name))
    found = Terminal(administrator, name)
    found.write_status(settled(7))
    yield found
    administrator("delete", "namespace", name, "--wait=false")


def _bind(terminal: Terminal, user: str, role: str) -> None:
    terminal.kubectl(
        *("create", "rolebinding", f"{role}-{uuid4().hex[:6]}", f"--namespace={terminal.namespace}"),
        *(f"--clusterrole={role}", f"--user={user}"),
    )


def test_kubectl_finds_it_and_its_list_agrees_with_get(terminal: Terminal) -> None:
    """Both print the same values in the columns that both have."""
    terminal.write_status(stepping())

    plugin = terminal("list").out.splitlines()
    own = terminal.kubectl("get", "pr", f"--namespace={terminal.namespace}").splitlines()

    assert plugin[0].split() == own[0].split()
    assert plugin[1].split()[:5] == own[1].split()[:5] == ["chat", "True", "7", "8", "10"]
    assert plugin[1].split()[5] == "1/2"


def test_a_route_of_another_name_is_told_with_the_near_one(terminal: Terminal) -> None:
    """Exit code 2, one line."""
    done = terminal("status", "chta")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "did you mean chat?" in done.err


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (settled(7), 0),
        (settled(7, conditions=[condition("RolledBack", "True", "ErrorRateExceeded")]), 1),
        (settled(7, conditions=[condition("Accepted", "False", "Conflicted")]), 1),
        (stepping(), 3),
    ],
    ids=["settled", "rolled back", "refused", "under way"],
)
def test_the_exit_code_comes_through_kubectl(status: Document, code: int, terminal: Terminal) -> None:
    """A pipeline that waits for a rollout goes by it."""
    terminal.write_status(status)

    assert terminal("status", "chat", "--timeout", "1s").code == code


def test_history_and_diff_read_real_revisions(terminal: Terminal) -> None:
    """Metadata alone for the one, whole revisions for the other, and nothing that another owner left."""
    terminal.add_revision(6, "Superseded")
    terminal.add_revision(7, "Stable", rules=[rule(timeouts={"connect": "5s"})])

    history = terminal("history", "chat").out.splitlines()
    assert [line.split()[:2] for line in history[1:]] == [["7", "*"], ["6", "Superseded"]]

    difference = terminal("diff", "chat").out
    assert "--- chat-6\n+++ chat-7\n" in difference
    assert "+    connect: 5s" in difference

    missing = terminal("diff", "chat", "3")
    assert (missing.code, missing.out) == (2, "")
    assert "has no revision 3; there are 7, 6" in missing.err


def test_why_reads_conditions_and_events(terminal: Terminal) -> None:
    """Events of this very route, as the operator's recorder writes them."""
    terminal.write_status(settled(7, conditions=[condition("ResolvedRefs", "False", "SecretNotFound", "no Secret x")]))
    metadata = terminal.read()["metadata"]
    regarding = {
        "apiVersion": "sealane.dev/v1alpha1",
        "kind": "ProviderRoute",
        "name": "chat",
        "namespace": terminal.namespace,
        "uid": metadata["uid"],
    }
    event = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": "chat.1", "namespace": terminal.namespace},
        "regarding": regarding,
        "eventTime": "2026-11-22T23:00:00.123456Z",
        "reportingController": "sealane.dev/operator",
        "reportingInstance": "operator-0",
        "action": "Judge",
        "type": "Warning",
        "reason": "SecretMissing",
        "note": "there is no Secret x",
    }
    terminal.kubectl.apply(
        event,
        event
        | {
            "metadata": {"name": "b", "namespace": terminal.namespace},
            "regarding": regarding | {"uid": "other"},
            "reason": "Foreign",
        },
    )

    text = terminal("why", "chat").out

    assert "ResolvedRefs=False (SecretNotFound): no Secret x\n    → make the Secret" in text
    assert "SecretMissing   there is no Secret x" in text
    assert "Foreign" not in text


def test_a_request_bears_the_callers_name_and_passes_the_policy(terminal: Terminal) -> None:
    """Whoever may edit routes may ask, under the name that the policy compares with; a dry run writes nothing."""
    _bind(terminal, "jane doe", "edit")
    terminal.kubectl("apply", "--server-side", "-f", str(_POLICIES))
    try:
        _wait_for_policy(terminal)
        tried = terminal("undo", "chat", "--to-revision", "6", "--dry-run=server", "--as", "jane doe")
        assert (tried.code, tried.err, terminal.request()) == (0, "", "")

        done = terminal("undo", "chat", "--to-revision=6", "--as=jane doe")
        assert (done.code, done.err) == (0, "")
    finally:
        terminal.kubectl("delete", "-f", str(_POLICIES))

    request = Request.parse(terminal.request())
    assert (request.user, request.verb, request.arguments) == ("jane doe", Verb.UNDO, ("6",))
    assert request.id in done.out


def test_the_second_request_waits_for_the_first(terminal: Terminal) -> None:
    """Until its id is in the status."""
    assert terminal("pause", "chat").code == 0
    first = Request.parse(terminal.request())

    second = terminal("abort", "chat")
    assert second.code == 2
    assert f"pause by {first.user} ({first.id})" in second.err

    terminal.write_status(settled(7, lastRequest={"id": first.id, "outcome": "paused"}))
    assert terminal("abort", "chat").code == 0


@pytest.mark.parametrize("outcome", ["given up", "refused: nothing is on trial"])
def test_an_outcome_is_waited_for(outcome: str, terminal: Terminal) -> None:
    """Through the real status, exit code and all."""
    waiting = subprocess.Popen(
        terminal.command("abort", "chat", "--wait"), env=terminal.environment(), stdout=subprocess.PIPE, text=True
    )
    with waiting:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not terminal.request():
            assert time.monotonic() < deadline
        identity = Request.parse(terminal.request()).id
        terminal.write_status(settled(7, lastRequest={"id": identity, "outcome": outcome}))
        out, _ = waiting.communicate(timeout=PATIENCE_SECONDS)

    assert waiting.returncode == (1 if outcome.startswith("refused") else 0)
    assert out.splitlines()[-1].endswith(f"abort {outcome}")


def test_who_may_only_look_is_told_what_is_missing(terminal: Terminal) -> None:
    """A viewer reads everything; a request is refused with the verb, the resource and the namespace."""
    _bind(terminal, "viewer", "view")

    for verb in ("history", "why", "status"):
        assert terminal(verb, "chat", "--as=viewer").code == 0
    done = terminal("promote", "chat", "--as=viewer")

    assert (done.code, done.err.count("\n")) == (2, 1)
    assert f"viewer may not patch providerroutes.sealane.dev in namespace {terminal.namespace}" in done.err
    assert terminal.request() == ""


def test_who_may_do_nothing_is_told_so(terminal: Terminal) -> None:
    """By the verb that was tried."""
    done = terminal("list", "-A", "--as=stranger")

    assert done.code == 2
    assert "stranger may not list providerroutes.sealane.dev" in done.err


def test_a_watch_follows_the_real_one(terminal: Terminal) -> None:
    """A line for the change, and Ctrl-C ends it."""
    watching = subprocess.Popen(
        terminal.command("list", "-w"), env=terminal.environment(), stdout=subprocess.PIPE, text=True
    )
    with watching:
        assert watching.stdout is not None
        assert watching.stdout.readline().split()[0] == "NAME"
        assert watching.stdout.readline().split()[:4] == ["chat", "True", "7", "-"]
        terminal.write_status(stepping())
        assert watching.stdout.readline().split()[:6] == ["chat", "True", "7", "8", "10", "1/2"]
        watching.send_signal(signal.SIGINT)
        assert watching.wait(PATIENCE_SECONDS) == 130


def _wait_for_policy(terminal: Terminal) -> None:
    """Return once the policy is in force: it refuses a request under another name."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    forged = "sealane.dev/request=nobody pause id-1 2026-11-22T23:00:00Z"
    while True:
        try:
            terminal.kubectl("annotate", "pr", "chat", forged, f"--namespace={terminal.namespace}", "--dry-run=server")
        except KubectlError:
            return
        assert time.monotonic() < deadline, "the policy is not in force"
        time.sleep(0.1)
