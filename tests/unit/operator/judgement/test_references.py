"""What a spec refers to exists, or people are told what to type."""

from sealane_operator.judgement.references import (
    Need,
    names_of,
    needs_of,
    refusal_of_number,
    refusal_of_references,
)
from tests.support.resources import FULL

NEED = Need("moonshot", "api-key", "the key of provider 'moonshot'")


def test_credentials_and_certificates_are_needed() -> None:
    """Both are entries of Secrets; a provider without either needs none."""
    assert [(need.secret, need.key) for need in needs_of(FULL["spec"])] == [
        ("moonshot", "api-key"),
        ("egress-ca", "ca.crt"),
    ]
    assert names_of(needs_of(FULL["spec"])) == {"moonshot", "egress-ca"}


def test_another_shape_needs_nothing() -> None:
    """A revision of another version is no error."""
    assert needs_of({"providers": [None, {"credential": "x", "tls": {"caRef": {"name": 1}}}]}) == ()


def test_what_is_there_is_not_refused() -> None:
    """Secret and key both count."""
    assert refusal_of_references("chat", [NEED], {"moonshot": frozenset({"api-key"})}) is None


def test_a_missing_secret_comes_with_a_command() -> None:
    """Once for each Secret."""
    refusal = refusal_of_references("chat", [NEED, NEED], {"moonshot": None})

    assert refusal is not None
    assert refusal.reason == "SecretNotFound"
    assert refusal.message == (
        "Secret chat/moonshot does not exist, and the key of provider 'moonshot' is kept there; make it: "
        "kubectl create secret generic moonshot --namespace=chat --from-file=api-key=FILE"
    )


def test_a_missing_key_is_told_beside_those_that_are_there() -> None:
    """A wrong name is seen at a glance; contents are never told."""
    refusal = refusal_of_references("chat", [NEED], {"moonshot": frozenset({"token", "apikey"})})

    assert refusal is not None
    assert refusal.reason == "KeyNotFound"
    assert "has no entry 'api-key' for the key of provider 'moonshot' (it has apikey, token)" in refusal.message


def test_a_secret_with_many_keys_is_not_listed_whole() -> None:
    """Ten are enough to see the pattern."""
    keys = frozenset(f"k{number:02}" for number in range(12))
    refusal = refusal_of_references("chat", [NEED], {"moonshot": keys})

    assert refusal is not None
    assert "k09 and 2 more)" in refusal.message


def test_routers_read_a_bounded_number_of_secrets() -> None:
    """Who needs no further one is not stopped by the others."""
    granted = frozenset(f"s{number}" for number in range(200))
    refusal = refusal_of_number("chat", granted, frozenset({"one-more"}))

    assert refusal is not None
    assert refusal.reason == "RefNotPermitted"
    assert refusal_of_number("chat", granted, frozenset({"s7"})) is None
    assert refusal_of_number("chat", frozenset(), granted) is None
