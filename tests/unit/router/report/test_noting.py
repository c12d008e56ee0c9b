"""From exchanges to entries."""

from dataclasses import replace

import pytest

from sealane_api.diagnosis.error_event import Origin
from sealane_api.failure import FailureClass
from sealane_router.errors import (
    Failure,
    GatewayBusy,
    GatewayDraining,
    GatewayError,
    GatewayFault,
    LimitExceeded,
    ModelNotFound,
    PathNotFound,
    ProviderFailed,
    ProviderUnavailable,
    Unauthenticated,
)
from sealane_router.exchange import Attempt, Exchange
from sealane_router.report.credential_names import CredentialNames
from sealane_router.report.entry import Entry
from sealane_router.report.folding import Folding
from sealane_router.report.noting import ErrorNotes
from sealane_router.report.wording import ANSWERED, EXPIRED_KEY, NO_KEY, WRONG_KEY
from tests.support.error_entries import backlog_of
from tests.support.exchanges import matched, provider_of, request_of, serving_of, table_of

TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
REFUSED = Failure(FailureClass.UNAUTHORIZED, 401, "Invalid key sk-test", "invalid_api_key", error_type="auth")


class Notes:
    """Notes of exchanges, and what they left in the backlog."""

    def __init__(self, self_tenant: str = "") -> None:
        self.backlog = backlog_of()
        names = CredentialNames(b"key", lambda value: value.partition("-")[0])
        self.notes = ErrorNotes(
            self.backlog,
            Folding(self.backlog),
            names,
            self_tenant=self_tenant,
            wall=lambda: 1_700_000_000.0,
            clock=lambda: 5.0,
        )

    @property
    def entries(self) -> list[Entry]:
        """All of them."""
        return self.backlog.part(0, 99)


def _tried(*failures: Failure | None, headers: bytes = b"") -> Exchange:
    exchange, _ = request_of(headers=headers)
    matched(exchange, serving_of(table_of(provider_of("https://api.moonshot.test/v1"))))
    for failure in failures:
        target = exchange.rule.rule.targets[0]
        attempt = Attempt(target, exchange.rule.providers["moonshot"], fallback=False, retry=False)
        attempt.failure = failure
        exchange.attempts.append(attempt)
        exchange.attempt = attempt
    return exchange


def test_a_failed_attempt_is_noted_with_all_that_explains_it() -> None:
    """Where it went, with which credential, for whom, and what the provider said."""
    noted = Notes()
    noted.notes.attempt_failed(_tried(REFUSED, headers=b"traceparent: " + TRACE + b"\r\n"), REFUSED)
    (entry,) = noted.entries

    assert (entry.origin, entry.occurred_at, entry.count) == (Origin.ROUTER, 1_700_000_000.0, 1)
    assert (entry.route, entry.revision, entry.provider, entry.dialect) == (
        "default/assistants",
        7,
        "moonshot",
        "Moonshot",
    )
    assert (entry.base_url, entry.model, entry.tenant) == ("https://api.moonshot.test/v1", "kimi-k3", "anonymous")
    assert (entry.status, entry.code, entry.type, entry.message) == (
        401,
        "invalid_api_key",
        "auth",
        "Invalid key sk-test",
    )
    assert (entry.failure_class, entry.attempt, entry.committed) == ("Unauthorized", 1, False)
    assert (entry.request_id, entry.traceparent) == ("0" * 32, TRACE)
    assert entry.credential is not None
    assert "sk-test" not in entry.credential
    assert entry.credential_class == "sk"


def test_a_route_of_a_file_has_no_number() -> None:
    """Its revision is the beginning of its hash."""
    noted, exchange = Notes(), _tried(REFUSED)
    route = replace(exchange.match.route, revision="1" * 12, hash="1" * 64)
    exchange.match = replace(exchange.match, route=route)
    noted.notes.attempt_failed(exchange, REFUSED)

    assert noted.entries[0].revision is None


def test_an_answer_without_message_is_noted_as_it_came() -> None:
    """A page of HTML says more than nothing."""
    failure = Failure(FailureClass.SERVER_ERROR, 502, raw=b"<html><title>502 Bad Gateway</title>")
    noted = Notes()
    noted.notes.attempt_failed(_tried(failure), failure)

    assert noted.entries[0].message == failure.raw


def test_a_stream_that_broke_was_committed() -> None:
    """The client had content already, and the second attempt is the second."""
    broken = Failure(FailureClass.BROKEN_STREAM, 0, code="connection_closed")
    noted, exchange = Notes(), _tried(REFUSED, broken)
    exchange.attempt.first_content, exchange.attempt.status = 7.0, 200
    noted.notes.attempt_failed(exchange, broken)
    (entry,) = noted.entries

    assert (entry.committed, entry.attempt, entry.status, entry.code) == (True, 2, 200, "connection_closed")


def test_a_failure_that_was_noted_is_not_noted_again_as_the_answer() -> None:
    """The exchange ended with its last attempt's failure."""
    noted = Notes()
    noted.notes.exchange_failed(_tried(REFUSED), ProviderFailed(REFUSED, provider="moonshot", model="kimi-k3"))

    assert noted.entries == []


@pytest.mark.parametrize(
    "error",
    [
        LimitExceeded("the limit of requests per minute is used up", retry_after=1.0),
        GatewayBusy("every target of the model is at maxConcurrency"),
        ProviderUnavailable("no target of the model can be tried now", retry_after=1.0),
    ],
)
def test_what_the_gateway_answers_itself_has_no_provider(error: GatewayError) -> None:
    """Its code and words are ours, its route the one that was asked for."""
    noted = Notes()
    noted.notes.exchange_failed(_tried(), error)
    (entry,) = noted.entries

    assert (entry.origin, entry.provider, entry.base_url, entry.attempt) == (Origin.ROUTER, None, None, 0)
    assert (entry.status, entry.code) == (error.status, error.code)
    assert entry.message == ANSWERED.get(error.code, error.message)
    assert (entry.route, entry.model) == ("default/assistants", "kimi-k3")


def test_refusals_that_are_alike_are_one_note() -> None:
    """A thousand requests for a model that nobody has are no thousand events."""
    noted = Notes()
    for _ in range(1000):
        exchange, _ = request_of()
        exchange.model = "gpt-9"
        noted.notes.exchange_failed(exchange, ModelNotFound("The model 'gpt-9' does not exist"))
    (entry,) = noted.entries

    assert (entry.code, entry.model, entry.route, entry.tenant) == ("model_not_found", "gpt-9", None, "")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/chat/completions", ": /chat/completions"),
        ("/v1/v1/messages", ": /messages"),
        ("/secret-of-a-client", ""),
    ],
)
def test_a_clients_wrong_base_url_shows_in_its_path(path: str, hint: str) -> None:
    """Only what is ours of it is told."""
    noted = Notes()
    exchange, _ = request_of(path=path)
    noted.notes.exchange_failed(exchange, PathNotFound("the gateway does not serve this path"))

    assert noted.entries[0].message == "404 page not found" + hint


@pytest.mark.parametrize(
    ("headers", "error", "kind", "words"),
    [
        (b"authorization: Bearer sk-or-abc\r\n", "The API key is not known to this gateway.", "sk", WRONG_KEY),
        (b"x-api-key: sl-abc\r\n", "The API key has expired.", "sl", EXPIRED_KEY),
        (b"", "No API key was given.", None, NO_KEY),
    ],
)
def test_a_key_that_was_refused_shows_its_class_alone(headers: bytes, error: str, kind: str | None, words: str) -> None:
    """A provider's own key at the gateway is a usual mistake."""
    noted = Notes()
    exchange, _ = request_of(headers=headers)
    noted.notes.exchange_failed(exchange, Unauthenticated(error))
    (entry,) = noted.entries

    assert (entry.credential, entry.credential_class, entry.message) == (None, kind, words)


@pytest.mark.parametrize(
    ("error", "exception"), [(GatewayFault("a defect"), "ValueError at x.py:1"), (GatewayDraining("leaving"), None)]
)
def test_sealanes_own_trouble_is_its_own(error: GatewayError, exception: str | None) -> None:
    """A defect with the place where it struck."""
    noted = Notes()
    noted.notes.exchange_failed(_tried(), error, exception)

    assert (noted.entries[0].origin, noted.entries[0].exception) == (Origin.SELF, exception)


@pytest.mark.parametrize(
    ("tenant", "origin"), [("sealane-investigator", Origin.SELF), ("acme", Origin.ROUTER), ("", Origin.ROUTER)]
)
def test_the_investigators_own_calls_are_known_by_their_tenant(tenant: str, origin: Origin) -> None:
    """Never by anything that a client could say of itself."""
    noted, exchange = Notes("sealane-investigator"), _tried(REFUSED, headers=b"x-tenant: sealane-investigator\r\n")
    exchange.tenant = tenant
    noted.notes.attempt_failed(exchange, REFUSED)
    noted.notes.exchange_failed(exchange, GatewayBusy("busy"))

    assert [entry.origin for entry in noted.entries] == [origin] * 2


def test_without_a_self_tenant_nobody_is_it() -> None:
    """A caller that is not known yet has no name, and no name is nobody's."""
    noted, exchange = Notes(), _tried()
    exchange.tenant = ""
    noted.notes.exchange_failed(exchange, GatewayBusy("busy"))

    assert noted.entries[0].origin is Origin.ROUTER
