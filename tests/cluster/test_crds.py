"""The CRDs at a real API server: what it accepts, what it refuses, and every word of the refusal."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import yaml

from tests.support.cluster import Cluster
from tests.support.crds import with_crds
from tests.support.kubectl import Kubectl, KubectlError
from tests.support.resources import FULL, Document, edited, provider, route, rule
from tests.support.verdicts import Case, cases
from tests.support.verdicts_on_providers import PROVIDERS
from tests.support.verdicts_on_rollouts import ROUTES
from tests.support.verdicts_on_rules import RULES
from tests.support.verdicts_on_urls import URLS

CASES = cases(URLS, PROVIDERS, RULES, ROUTES)

#: Processes at a time; each kubectl needs a tenth of a second of one core.
_TERMINALS = 4


@pytest.fixture(scope="module")
def kubectl(control_plane: Cluster) -> Kubectl:
    """The administrator of a cluster that knows both kinds."""
    return with_crds(control_plane)


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """A namespace that no other test has."""
    name = f"crds-{uuid4().hex[:12]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


def _refusal(kubectl: Kubectl, text: str, *arguments: str) -> str:
    """What ``kubectl create`` says about a document that nobody wants to keep; empty when it is accepted."""
    try:
        kubectl("create", "--dry-run=server", "--namespace=default", "-f", "-", *arguments, stdin=text)
    except KubectlError as error:
        return str(error)
    return ""


def _is_named_freely(case: Case) -> bool:
    """Whether the case is about another field than the name, and its refusal says which route it is about."""
    return case.document["metadata"]["name"] == FULL["metadata"]["name"] and "strict decoding" not in case.refusal


def _typed(case: Case) -> Document:
    return edited(case.document, "metadata.namespace", "default")


#: Sent all at once, each route under a name of its own.
STREAMED = {f"case-{nth}": case for nth, case in enumerate(CASES) if _is_named_freely(case)}

#: Sent one by one, as people do: the first refusal of each field, and what a stream cannot tell apart.
SPOKEN = {case.name.rpartition("-")[0]: case for case in reversed(CASES) if case.lines} | {
    case.name: case for case in CASES if not _is_named_freely(case)
}


@pytest.fixture(scope="module", params=["yaml", "json"])
def said_in_a_stream(request: pytest.FixtureRequest, kubectl: Kubectl) -> dict[str, str]:
    """What kubectl says about each refused route of one long document, by name."""
    documents = [edited(_typed(case), "metadata.name", name) for name, case in STREAMED.items()]
    as_yaml = yaml.safe_dump_all(documents, allow_unicode=True)
    text = as_yaml if request.param == "yaml" else "\n".join(map(json.dumps, documents))
    return dict(re.findall(r'"(case-\d+)" is invalid: (.*)$', _refusal(kubectl, text), re.MULTILINE))


@pytest.mark.parametrize(("name", "case"), STREAMED.items(), ids=[case.name for case in STREAMED.values()])
def test_the_table_holds(name: str, case: Case, said_in_a_stream: dict[str, str]) -> None:
    """As YAML and as JSON each value is accepted, or refused in these words; kubectl puts several in brackets."""
    lines = case.lines
    expected = lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"

    assert said_in_a_stream.get(name) == (expected if lines else None)


@pytest.fixture(scope="module")
def said_to_one(kubectl: Kubectl) -> dict[str, str]:
    """What kubectl prints about one document, as a person sends it."""

    def ask(case: Case) -> tuple[str, str]:
        return case.name, _refusal(kubectl, yaml.safe_dump(_typed(case), allow_unicode=True))

    with ThreadPoolExecutor(_TERMINALS) as terminals:
        return dict(terminals.map(ask, SPOKEN.values()))


@pytest.mark.parametrize("case", SPOKEN.values(), ids=SPOKEN)
def test_a_person_reads_exactly_this(case: Case, said_to_one: dict[str, str]) -> None:
    """Everything that kubectl writes to stderr, to the letter."""
    assert said_to_one[case.name] == case.refusal


def test_the_table_is_large() -> None:
    """At least 80 values, of both kinds."""
    refused = [case for case in CASES if case.lines]

    assert len(refused) >= 80
    assert len(CASES) - len(refused) >= 40


def _full_size() -> Document:
    """64 rules of 16 patterns, 16 targets and 16 fallback targets; 16 providers; every text as long as it may be."""
    host = f"https://{'a' * 60}.example.com/"
    providers = [
        provider(f"p{nth:02}{'x' * 60}", baseURL=host + "b" * 430, messagesBaseURL=host + "c" * 430)
        for nth in range(16)
    ]
    targets = [{"provider": each["name"], "model": "z" * 256} for each in providers]
    rules = [
        rule(
            f"r{nth:02}{'x' * 60}",
            models=[{"regex": f"m{nth:02}{pattern:02}{'[a-z]+' * 41}"} for pattern in range(16)],
            targets=targets,
            fallback={"targets": targets},
        )
        for nth in range(64)
    ]
    steps = [{"weight": weight, "hold": "99999h99999m99999s99999ms"} for weight in range(1, 21)]
    windows = [{"schedule": "0-59/1 " + "0-23," * 20 + "1 * * *", "duration": "1h"} for _ in range(16)]
    return route("full", providers=providers, rules=rules, rollout={"steps": steps, "windows": windows})


def test_the_largest_route_is_accepted(kubectl: Kubectl, namespace: str) -> None:
    """Created, changed and applied server-side within the API server's limits for one call."""
    text = json.dumps(_full_size())
    changed = json.dumps(edited(_full_size(), "spec.suspend", True))

    kubectl("create", f"--namespace={namespace}", "-f", "-", stdin=text)
    kubectl("replace", f"--namespace={namespace}", "-f", "-", stdin=changed)
    kubectl("apply", "--server-side", "--force-conflicts", f"--namespace={namespace}", "-f", "-", stdin=text)

    assert kubectl("get", "pr", "full", f"--namespace={namespace}", "-o", "jsonpath={.spec.suspend}") == "true"


@pytest.mark.parametrize(
    ("path", "value", "refusal"),
    [
        ("spec.rules", [rule(f"r{nth}") for nth in range(65)], "spec.rules: Too many: 65: must have at most 64 items"),
        (
            "spec.providers",
            [provider("moonshot"), *(provider(f"p{nth}") for nth in range(16))],
            "spec.providers: Too many: 17: must have at most 16 items",
        ),
        (
            "spec.rules.0.models",
            [{"exact": f"m{nth}"} for nth in range(17)],
            "spec.rules[0].models: Too many: 17: must have at most 16 items",
        ),
        (
            "spec.rules.0.targets",
            [{"provider": "moonshot"}] * 17,
            "spec.rules[0].targets: Too many: 17: must have at most 16 items",
        ),
    ],
)
def test_one_more_is_refused(kubectl: Kubectl, path: str, value: object, refusal: str) -> None:
    """Beyond the largest of each list."""
    assert refusal in _refusal(kubectl, json.dumps(edited(route(), path, value)))
