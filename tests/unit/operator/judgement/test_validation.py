"""A spec is judged whole, in words for people."""

import pytest

from sealane_api.resource.rollout import RolloutSpec
from sealane_operator.judgement.refusal import Refusal
from sealane_operator.judgement.validation import ValidSpec, rollout_policy, validated
from tests.support.resources import FULL, edited, route, rule


def _refused(document: dict[str, object]) -> Refusal:
    judged = validated(document)
    assert isinstance(judged, Refusal)
    return judged


def test_a_whole_route_is_valid() -> None:
    """Hash, claims and references come with the model."""
    judged = validated(FULL)

    assert isinstance(judged, ValidSpec)
    assert len(judged.hash) == 64
    assert [claim.pattern.text for claim in judged.claims] == ["kimi-", "moonshot-v1-8k", "k[0-9]+", "glm-"]
    assert [need.secret for need in judged.needs] == ["moonshot", "egress-ca"]


def test_what_the_api_server_adds_changes_nothing() -> None:
    """Metadata and status of a stored object are no part of the judgement."""
    stored = edited(edited(FULL, "metadata.managedFields", [{}]), "status", {"conditions": "garbage"})
    judged, again = validated(FULL), validated(stored)

    assert isinstance(judged, ValidSpec)
    assert isinstance(again, ValidSpec)
    assert judged.hash == again.hash


def test_a_bad_regex_is_named() -> None:
    """RE2's words come with the place."""
    refusal = _refused(edited(route(), "spec.rules.0.models", [{"regex": "("}]))

    assert refusal.reason == "InvalidSpec"
    assert refusal.message.startswith("spec.rules[0].models[0].regex: found '(', which RE2 refuses (missing")


def test_a_pattern_that_is_claimed_twice_in_a_route_is_named() -> None:
    """CEL cannot judge it; both places are told."""
    refusal = _refused(route(rules=[rule("a", "kimi-"), rule("b", "KIMI-")]))

    assert refusal.reason == "InvalidSpec"
    assert "rule 'a' of the same route claims too" in refusal.message


@pytest.mark.parametrize(
    "path", ["spec.weather", "spec.rules.0.mirror", "spec.providers.0.shadow", "spec.rules.0.models.0.suffix"]
)
def test_a_field_of_a_newer_crd_is_unsupported(path: str) -> None:
    """The operator is to be upgraded, or the field to be left."""
    refusal = _refused(edited(route(), path, "fine"))

    assert refusal.reason == "UnsupportedValue"
    assert refusal.message.startswith("this operator does not know what the CRD of the cluster admits; upgrade it")


def test_an_unknown_field_beside_an_error_is_an_error() -> None:
    """InvalidSpec comes first."""
    assert _refused(edited(edited(route(), "spec.weather", "fine"), "spec.rules.0.name", "A")).reason == "InvalidSpec"


def test_no_secret_is_repeated() -> None:
    """A key that somebody wrote into a route does not come back in a condition."""
    refusal = _refused(edited(route(), "spec.providers.0.credential", "sk-abcdefghijklmnop"))

    assert "sk-abc" not in refusal.message


def test_the_policy_is_read_beside_an_invalid_spec() -> None:
    """A rollout that runs goes on under its own policy."""
    broken = edited(FULL, "spec.rules", [])

    assert rollout_policy(broken).bake_time == "5m"


def test_a_policy_that_cannot_be_read_is_the_default() -> None:
    """What is written there counts as not written."""
    assert rollout_policy(edited(route(), "spec.rollout", {"steps": "all"})) == RolloutSpec()
    assert rollout_policy({}) == RolloutSpec()
