"""What a revision changed, and what that can bring about."""

import pytest

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.causes.changes import Changed, Kind, read, telling

_URL = "providers[moonshot].baseURL: https://a/v1 → https://b/v1"


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        (_URL, Changed(_URL, Kind.BASE_URL, "moonshot", "https://a/v1", "https://b/v1")),
        (
            "providers[zai].messagesBaseURL: added",
            Changed("providers[zai].messagesBaseURL: added", Kind.BASE_URL, "zai"),
        ),
        ("providers[zai].credential.secretRef.key: a → b", None),
        ("providers[zai].breaker.window: 30s → 1s", None),
        ("rules[kimi].targets[moonshot].model: kimi-k3 → kimi-k4", None),
        ("rules[kimi].models: changed", None),
        ("rules[kimi].fallback.targets[zai]: removed", None),
        ("rules[kimi].timeouts.firstByte: 60s → 1s", None),
        ("whatever this is", None),
    ],
)
def test_an_entry_is_read_again(entry: str, wanted: Changed | None) -> None:
    """Nothing is lost of it."""
    found = read(entry)

    assert found.text == entry
    assert wanted is None or found == wanted


@pytest.mark.parametrize(
    ("entry", "kind", "provider"),
    [
        ("providers[zai].credential.secretRef.key: a → b", Kind.CREDENTIAL, "zai"),
        ("providers[zai].breaker.window: 30s → 1s", Kind.OTHER, "zai"),
        ("providers[zai]: added", Kind.PROVIDER, "zai"),
        ("rules[kimi].targets[moonshot].model: kimi-k3 → kimi-k4", Kind.MODEL, None),
        ("rules[kimi].models: changed", Kind.MODEL, None),
        ("rules[kimi].fallback.targets[zai]: removed", Kind.MODEL, None),
        ("rules[kimi]: added", Kind.MODEL, None),
        ("rules[kimi].timeouts.firstByte: 60s → 1s", Kind.OTHER, None),
        ("whatever this is", Kind.OTHER, None),
    ],
)
def test_an_entry_has_a_kind(entry: str, kind: Kind, provider: str | None) -> None:
    """By where in the spec it is."""
    assert (read(entry).kind, read(entry).provider) == (kind, provider)


_NAME = "rules[kimi].targets[moonshot].model: kimi-k3 → kimi-k4"
_TIMEOUT = "rules[kimi].timeouts.firstByte: 60s → 1s"
_OTHERS_URL = "providers[zai].baseURL: https://a → https://b"
_KEY = "providers[moonshot].credential.secretRef.name: one → two"


@pytest.mark.parametrize(
    ("entries", "error_class", "cause"),
    [
        ((_URL,), ErrorClass.AUTH_INVALID_KEY, Cause.BAD_BASE_URL),
        ((_URL,), ErrorClass.ENDPOINT_NOT_FOUND, Cause.BAD_BASE_URL),
        ((_URL,), ErrorClass.DNS_FAILURE, Cause.BAD_BASE_URL),
        ((_URL,), ErrorClass.TLS_VERIFY, Cause.BAD_BASE_URL),
        ((_URL,), ErrorClass.QUOTA_EXHAUSTED, Cause.CONFIG_CHANGE),
        ((_TIMEOUT, _NAME, _URL), ErrorClass.MODEL_NOT_FOUND, Cause.BAD_BASE_URL),
        ((_TIMEOUT, _NAME), ErrorClass.MODEL_NOT_FOUND, Cause.ALIAS_NOT_MAPPED),
        ((_NAME,), ErrorClass.MAX_TOKENS_TOO_LARGE, Cause.CONFIG_CHANGE),
        ((_TIMEOUT,), ErrorClass.TIMEOUT_READ, Cause.CONFIG_CHANGE),
        ((_TIMEOUT,), ErrorClass.UPSTREAM_5XX, None),
        ((_TIMEOUT,), ErrorClass.QUOTA_EXHAUSTED, None),
        (("whatever",), ErrorClass.UNKNOWN, Cause.CONFIG_CHANGE),
        (("providers[moonshot]: added",), ErrorClass.QUOTA_EXHAUSTED, Cause.CONFIG_CHANGE),
        ((_KEY,), ErrorClass.QUOTA_EXHAUSTED, Cause.CONFIG_CHANGE),
        ((_KEY,), ErrorClass.AUTH_INVALID_KEY, Cause.CONFIG_CHANGE),
        ((_OTHERS_URL,), ErrorClass.AUTH_INVALID_KEY, None),
        ((_URL,), ErrorClass.CONTENT_FILTER, None),
        ((_URL,), ErrorClass.PROVIDER_OVERLOADED, None),
        ((), ErrorClass.UNKNOWN, None),
    ],
)
def test_the_change_that_tells_most_decides(
    entries: tuple[str, ...], error_class: ErrorClass, cause: Cause | None
) -> None:
    """A base URL before a name before anything else, and never another provider's."""
    found = telling(entries, "moonshot", error_class)

    assert (found[1] if found else None) == cause


def test_an_error_without_a_provider_may_come_from_any() -> None:
    """Nothing was sent, so nobody knows to whom."""
    assert telling((_OTHERS_URL,), None, ErrorClass.DNS_FAILURE) is not None
