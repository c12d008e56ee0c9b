"""What is asked about a token, and what the answer means."""

import json

import pytest

from sealane_kube.errors import Unreadable
from sealane_router.cluster.token_review import question, verdict
from sealane_router.policy.service_accounts import ServiceAccount
from tests.support.tokens import accepted, rejected


def test_a_question_names_the_audience() -> None:
    """Without it the API server would take tokens that were made for itself."""
    assert question(b"a.b.c", "sealane") == {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": "a.b.c", "audiences": ["sealane"]},
    }


def test_a_good_token_is_its_service_account_s() -> None:
    """By namespace and name."""
    assert verdict(accepted(), "sealane") == ServiceAccount("team-a", "ci")
    assert verdict(accepted("system:serviceaccount:a:b.c", "other", "sealane"), "sealane") == ServiceAccount("a", "b.c")


@pytest.mark.parametrize(
    "answer",
    [
        rejected(),
        accepted("jane"),
        accepted("system:node:one"),
        accepted("my-system:serviceaccount:a:b"),
        accepted("system:serviceaccount:a"),
        accepted("system:serviceaccount::b"),
        accepted("system:serviceaccount:a:ci", "https://kubernetes.default.svc"),
        accepted().replace(b"true", b"false"),
        json.dumps({"status": {"authenticated": True, "user": {"username": "system:serviceaccount:a:b"}}}).encode(),
        json.dumps({"status": {"authenticated": True, "audiences": ["sealane"]}}).encode(),
        json.dumps({"status": {}}).encode(),
    ],
)
def test_anything_less_is_nobody_s(answer: bytes) -> None:
    """Refused, a person, another audience than was asked for, or an API server that knows no audiences."""
    assert verdict(answer, "sealane") is None


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"{}", b'{"status": {"user": "secret"}}', b"\xff"])
def test_what_is_no_review_is_an_error_without_its_words(answer: bytes) -> None:
    """The answer holds the token, so nothing of it is quoted."""
    with pytest.raises(Unreadable) as caught:
        verdict(answer, "sealane")

    assert str(caught.value) == "not a TokenReview"
    assert caught.value.__cause__ is None
