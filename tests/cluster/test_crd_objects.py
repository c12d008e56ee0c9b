"""Routes and revisions as objects of a real API server: defaults, status, columns, and what kubectl does with them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from sealane_api.canonical import spec_hash
from sealane_api.crd.revision import revision_name
from sealane_api.provider_route import ProviderRoute
from tests.support.kubectl import Kubectl, KubectlError
from tests.support.resources import FULL, Document, edited, provider, route

_ROOT = Path(__file__).resolve().parents[2]
_ARCHITECTURE = _ROOT / "docs" / "architecture.md"

_HASH = "6b" * 32


class Namespace:
    """kubectl in one namespace."""

    def __init__(self, kubectl: Kubectl, name: str) -> None:
        self.name = name
        self._kubectl = kubectl

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        """Run it; raises KubectlError."""
        return self._kubectl(*arguments, f"--namespace={self.name}", stdin=stdin)

    def send(self, verb: str, document: Document, *flags: str) -> str:
        """``kubectl verb -f -`` a document."""
        here = edited(document, "metadata.namespace", self.name)
        return self(verb, *flags, "-f", "-", stdin=json.dumps(here))

    def get(self, kind: str, name: str) -> Any:
        """An object as the API server has it."""
        return json.loads(self("get", kind, name, "-o", "json"))

    def refusal(self, *arguments: str, stdin: str = "") -> str:
        """What kubectl says when it must not."""
        with pytest.raises(KubectlError) as caught:
            self(*arguments, stdin=stdin)
        return str(caught.value)


@pytest.fixture
def here(administrator: Kubectl) -> Iterator[Namespace]:
    """A namespace that no other test has."""
    name = f"crds-{uuid4().hex[:12]}"
    administrator("create", "namespace", name)
    yield Namespace(administrator, name)
    administrator("delete", "namespace", name, "--wait=false")


def _revision(number: int, state: str, **changes: object) -> Document:
    return {
        "apiVersion": "sealane.dev/v1alpha1",
        "kind": "ProviderRouteRevision",
        "metadata": {
            "name": revision_name("assistants", number),
            "labels": {
                "sealane.dev/route": "assistants",
                "sealane.dev/revision": str(number),
                "sealane.dev/state": state,
            },
            "annotations": {"sealane.dev/hash": _HASH, "sealane.dev/requested-by": "ann"},
        },
        "spec": {"providers": FULL["spec"]["providers"], "rules": FULL["spec"]["rules"]} | changes,
    }


def test_the_example_of_the_architecture_page_applies_as_yaml(here: Namespace) -> None:
    """As it is printed there, comments and all; no name or value of it is a boolean to YAML 1.1."""
    (text,) = re.findall(
        r"^```yaml\n(apiVersion: sealane.dev/v1alpha1\n.*?)^```", _ARCHITECTURE.read_text(), re.MULTILINE | re.DOTALL
    )
    spec, _, _ = text.partition("\nstatus:")

    here("apply", "-f", "-", stdin=spec)

    stored = ProviderRoute.model_validate(here.get("providerroute", "assistants"))
    assert stored.spec == ProviderRoute.model_validate(yaml.safe_load(spec)).spec


def test_the_example_for_a_laptop_applies_as_it_is(here: Namespace) -> None:
    """The same file works in both places."""
    here("apply", "-f", str(_ROOT / "examples" / "routes.yaml"))

    assert here("get", "pr", "-o", "name").strip() == "providerroute.sealane.dev/assistants"


def test_the_api_server_fills_in_the_defaults_of_the_classes(here: Namespace) -> None:
    """Every one and no other, and the hash stays as it was."""
    here.send("create", route())

    stored = here.get("pr", "assistants")
    judged = ProviderRoute.model_validate(stored)
    assert judged.spec == ProviderRoute.model_validate(route()).spec
    assert spec_hash(judged.spec) == spec_hash(ProviderRoute.model_validate(route()).spec)
    dumped = judged.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert {**stored["spec"], "rollout": {**stored["spec"]["rollout"], "windows": []}}["rollout"] == dumped["rollout"]
    assert stored["spec"]["providers"][0]["breaker"] == dumped["providers"][0]["breaker"]
    assert stored["spec"]["rules"][0]["retry"] == dumped["rules"][0]["retry"]


def test_what_is_written_is_kept(here: Namespace) -> None:
    """A route in which every field is written comes back as it was, JSON values of ``set`` included."""
    here.send("create", FULL)

    stored = here.get("pr", "assistants")
    assert ProviderRoute.model_validate(stored).spec == ProviderRoute.model_validate(FULL).spec


def test_a_new_route_waits_for_its_controller(here: Namespace) -> None:
    """A dead operator can be seen: each condition is Unknown and says what is waited for."""
    here.send("create", route())

    conditions = here.get("pr", "assistants")["status"]["conditions"]
    assert [condition["type"] for condition in conditions] == [
        "Ready",
        "Accepted",
        "ResolvedRefs",
        "Programmed",
        "Progressing",
    ]
    assert {(each["status"], each["reason"], each["message"]) for each in conditions} == {
        ("Unknown", "Pending", "Waiting for controller")
    }
    here("wait", "--for=condition=Ready=Unknown", "pr/assistants", "--timeout=5s")


STATUS: Document = {
    "observedGeneration": 1,
    "stable": {"revision": 7, "hash": _HASH, "since": "2026-11-22T23:00:00Z"},
    "candidate": {"revision": 8, "hash": "7c" * 32, "weight": 10, "step": 1, "since": "2026-11-22T23:10:00Z"},
    "programmed": {"ready": 2, "desired": 3},
    "providers": [{"name": "moonshot", "breaker": {"closed": 3, "halfOpen": 0, "open": 0}}],
    "rejectedHashes": ["8d" * 32],
    "lastRequest": {"id": "a1", "verb": "promote", "by": "ann", "at": "2026-11-22T23:00:00Z", "outcome": "promoted"},
    "lastRollback": {
        "from": 8,
        "to": 7,
        "reason": "ErrorRateExceeded",
        "at": "2026-11-22T23:00:00Z",
        "by": "operator",
        "evidence": "31 of 420 failed, stable 1 of 3900",
    },
    "conditions": [
        {
            "type": kind,
            "status": "True",
            "observedGeneration": 1,
            "reason": reason,
            "message": message,
            "lastTransitionTime": "2026-11-22T23:00:00Z",
        }
        for kind, reason, message in (
            ("Ready", "Serving", "revision 7 serves"),
            ("Progressing", "AnalysisRunning", "10 %"),
        )
    ],
}


def _with_status(here: Namespace, status: Document) -> None:
    here.send("create", route())
    stored = here.get("pr", "assistants")
    here("replace", "--subresource=status", "-f", "-", stdin=json.dumps({**stored, "status": status}))


def test_the_status_is_a_subresource_and_is_kept_whole(here: Namespace) -> None:
    """Nothing of it is pruned, the generation stays, and a change of the spec leaves it alone."""
    _with_status(here, STATUS)
    here.send("replace", edited(edited(route(), "spec.suspend", True), "status", {"observedGeneration": 99}))

    stored = here.get("pr", "assistants")
    assert stored["status"] == STATUS
    assert stored["metadata"]["generation"] == 2


def test_columns_say_what_serves_and_what_is_on_trial(here: Namespace) -> None:
    """``kubectl get pr``, with more in ``-o wide``; the category lists it as well."""
    _with_status(here, STATUS)

    head, line = here("get", "pr").splitlines()
    assert head.split() == ["NAME", "READY", "STABLE", "CANDIDATE", "WEIGHT", "STEP", "REASON", "AGE"]
    assert line.split()[:-1] == ["assistants", "True", "7", "8", "10", "1", "AnalysisRunning"]
    head, line = here("get", "proute", "-o", "wide").splitlines()
    assert head.split()[8:] == ["PROGRAMMED", "ROUTERS", "LAST-ROLLBACK", "MODEL", "MESSAGE"]
    assert re.fullmatch(r".*\b2 +3 +\S+ +kimi- +revision 7 serves", line)
    assert "assistants" in here("get", "gateway")


def test_a_revision_shows_what_its_metadata_says(here: Namespace) -> None:
    """Number, state and hash are labels and annotations: a metadata-only watch sees them too."""
    here.send("create", _revision(7, "Stable"))

    head, line = here("get", "prr").splitlines()
    assert head.split() == ["NAME", "ROUTE", "REV", "STATE", "REQUESTED-BY", "PROMOTED", "AGE"]
    assert line.split()[:-1] == ["assistants-7", "assistants", "7", "Stable", "ann"]
    assert _HASH in here("get", "prr", "-o", "wide")


def test_a_revision_never_changes(here: Namespace) -> None:
    """Its spec is refused in other words; its labels move on; the order of its rules means nothing."""
    here.send("create", _revision(7, "Candidate"))

    here("label", "prr", "assistants-7", "sealane.dev/state=Stable", "--overwrite")
    here.send("apply", _revision(7, "Stable", rules=FULL["spec"]["rules"][::-1]), "--server-side", "--force-conflicts")
    other = edited(_revision(7, "Stable"), "metadata.namespace", here.name)
    for path, value in [
        ("spec.rules.0.retry.maxAttempts", 9),
        ("spec.providers.2", provider("spare")),
        ("spec.providers.0.baseURL", "https://evil.example/v1"),
        ("spec.rules.0.targets.1.model", "other"),
    ]:
        said = here.refusal("replace", "-f", "-", stdin=json.dumps(edited(other, path, value)))
        assert "a revision never changes; change the ProviderRoute, and a new one is made" in said


def test_a_revision_is_judged_like_a_route(here: Namespace) -> None:
    """It cannot be forged to hold what a route could not, and has neither rollout nor status."""
    bad = edited(_revision(7, "Stable"), "spec.providers.1.baseURL", "https://127.0.0.1/v1")
    assert "found a loopback" in here.refusal("create", "-f", "-", stdin=json.dumps(bad))
    for path in ("spec.rollout", "status"):
        said = here.refusal("create", "-f", "-", stdin=json.dumps(edited(_revision(7, "Stable"), path, {})))
        assert f'unknown field "{path}"' in said


def test_explain_knows_every_field(administrator: Kubectl) -> None:
    """``kubectl explain`` prints the description and the type."""
    said = administrator("explain", "providerroute.spec.providers.breaker")
    assert "When it is left alone because it fails, and for how long." in said
    assert "failurePercent\t<integer>" in said
    administrator("explain", "prr.spec.rules.fallback.when")


def test_an_unknown_field_is_refused_by_apply_of_both_kinds(here: Namespace) -> None:
    """And a client that asks for no strictness gets a warning, and the field is gone."""
    text = json.dumps(edited(edited(route(), "metadata.namespace", here.name), "spec.rollback", {"to": 1}))

    assert 'unknown field "spec.rollback"' in here.refusal("apply", "-f", "-", stdin=text)
    assert ".spec.rollback: field not declared in schema" in here.refusal(
        "apply", "--server-side", "-f", "-", stdin=text
    )
    here("apply", "--validate=warn", "-f", "-", stdin=text)
    assert "rollback" not in here.get("pr", "assistants")["spec"]


@pytest.mark.parametrize("flags", [(), ("--server-side",)], ids=["client-side", "server-side"])
def test_applying_the_same_again_changes_nothing(here: Namespace, flags: tuple[str, ...]) -> None:
    """Neither generation nor resourceVersion, and ``kubectl diff`` finds nothing.

    The API server stores the conditions of a new route at its first change, whoever makes it.
    """
    here.send("apply", FULL, *flags)
    here("annotate", "pr", "assistants", "touched=once")
    before = here.get("pr", "assistants")["metadata"]
    here.send("apply", FULL, *flags)

    after = here.get("pr", "assistants")["metadata"]
    assert (after["generation"], after["resourceVersion"]) == (before["generation"], before["resourceVersion"])
    assert here.send("diff", FULL, *flags) == ""


def test_a_field_that_is_edited_to_null_is_its_default_again(here: Namespace) -> None:
    """And comes back when it is written again."""
    here.send("create", FULL)
    for path in ("spec.rollout", "spec.suspend", "spec.rules.0.fallback", "spec.providers.0.breaker"):
        stored = here.get("pr", "assistants")
        here("replace", "-f", "-", stdin=json.dumps(edited(stored, path, None)))

    spec = here.get("pr", "assistants")["spec"]
    assert (spec["rollout"]["strategy"], spec["suspend"]) == ("Canary", False)
    assert spec["providers"][0]["breaker"]["window"] == "30s"
    assert "fallback" not in spec["rules"][0]
    here.send("replace", FULL)
    assert ProviderRoute.model_validate(here.get("pr", "assistants")).spec == ProviderRoute.model_validate(FULL).spec


def test_what_the_api_server_cannot_judge_is_left_to_the_operator(here: Namespace) -> None:
    """The members of ``set`` have no schema: the classes refuse these, the API server does not."""
    for members in ({"a": None}, {"model": "x"}, {"a": "x" * 20_000}):
        document = edited(FULL, "spec.rules.0.targets.1.set", members)
        here.send("create", edited(document, "metadata.name", f"r{uuid4().hex[:8]}"))
    repeated = route(providers=[provider()], rules=[{**route()["spec"]["rules"][0], "models": [{"exact": "a"}] * 2}])
    here.send("create", edited(repeated, "metadata.name", "twice"))
