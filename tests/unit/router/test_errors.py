"""The tree of errors: what the answers are made from."""

import pytest

from sealane_api.failure import FailureClass
from sealane_router.errors import (
    AttemptFailed,
    AuthenticationUnavailable,
    ClientGone,
    Failure,
    GatewayBusy,
    GatewayError,
    LimitExceeded,
    MethodNotAllowed,
    ProviderFailed,
    ProviderUnavailable,
    RequestRefused,
)


def every(kind: type[GatewayError]) -> list[type[GatewayError]]:
    """A class and all below it."""
    return [kind, *(below for child in kind.__subclasses__() for below in every(child))]


@pytest.mark.parametrize("kind", every(GatewayError))
def test_every_error_has_a_status_and_a_code(kind: type[GatewayError]) -> None:
    """A refusal is the client's, everything else the gateway's."""
    assert (400 <= kind.status < 500) == issubclass(kind, RequestRefused)
    assert 400 <= kind.status < 600
    assert kind.code.replace("_", "").isalpha()
    assert kind.code == kind.code.lower()


def test_an_error_carries_what_its_answer_needs() -> None:
    """Words, the member of the body it is about, headers, and whether the connection must close."""
    error = MethodNotAllowed("m", param="p", headers=(("allow", "POST"),), close=True)
    assert (error.message, error.param, error.headers, error.close) == ("m", "p", (("allow", "POST"),), True)


def test_some_errors_know_when_to_come_back() -> None:
    """In seconds."""
    assert LimitExceeded("m", retry_after=2.5).retry_after == 2.5
    assert ProviderUnavailable("m", retry_after=3.0).retry_after == 3.0
    assert GatewayBusy("m").retry_after == 1.0
    assert AuthenticationUnavailable("m").retry_after == 1.0


def test_the_text_of_a_provider_s_failure_holds_no_words_of_its_own() -> None:
    """The text of an exception ends up in logs; a provider may quote a prompt."""
    failure = Failure(FailureClass.INVALID_REQUEST, 400, "a prompt", param="a prompt")
    for error in (ProviderFailed(failure, provider="moonshot", model="kimi-k3"), AttemptFailed(failure)):
        assert "prompt" not in str(error)
        assert error.failure is failure


def test_what_nobody_answers_is_no_error_of_the_gateway() -> None:
    """So that no layer can render it by mistake."""
    assert not issubclass(AttemptFailed, GatewayError)
    assert not issubclass(ClientGone, GatewayError)
