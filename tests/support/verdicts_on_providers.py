"""Providers: names, credentials, breakers and health checks. See verdicts.py for the form of the table."""

from tests.support.resources import ABSENT
from tests.support.verdicts import (
    NO_SUCH_PROVIDER,
    REQUIRED,
    UNCHECKED,
    Table,
    accepted,
    bound,
    law,
    object_law,
    refused,
    unknown,
)

_DURATION = "write a duration such as 30s, 5m or 1h30m, at least 1ms"
_LESS = "found less than openFor; write at least as much (5m when absent)"
_NO_DURATION = "should match '^([0-9]{1,5}(ms|s|m|h)){1,4}$'"

PROVIDERS: Table = {
    "spec.providers.0.dialect": [
        *accepted("OpenAI", ABSENT),
        refused(
            "moonshot", '{at}: Unsupported value: "moonshot": supported values: "Moonshot", "Zai", "OpenAI"', UNCHECKED
        ),
        refused(
            "Anthropic",
            '{at}: Unsupported value: "Anthropic": supported values: "Moonshot", "Zai", "OpenAI"',
            UNCHECKED,
        ),
    ],
    "spec.providers.0.credential": [
        *accepted(ABSENT, None),
        refused(
            "sk-hunter2", '{at}: Invalid value: "string": {at} in body must be of type object: "string"', UNCHECKED
        ),
        refused({}, "{at}.secretRef: Required value", UNCHECKED),
    ],
    "spec.providers.0.maxConcurrency": [
        *accepted(1, 2147483647, None),
        refused(0, bound("should be greater than or equal to 1")),
        refused("200", '{at}: Invalid value: "string": {at} in body must be of type integer: "string"', UNCHECKED),
        refused(
            1.5,
            '{at}: Invalid value: "float64": {at} in body must be of type int32: "float64"',
            '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in {at}',
            UNCHECKED,
        ),
        refused(
            2147483648,
            '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in {at}',
            bound("should be less than or equal to 2147483647"),
        ),
    ],
    "spec.providers.0.tls": [
        *accepted(ABSENT, {}),
    ],
    "spec.providers.0.breaker": [
        *accepted({}, ABSENT, None, {"openFor": "5m"}),
        refused({"openFor": "6m"}, "{at}.maxOpenFor: Invalid value: " + _LESS),
    ],
    "spec.providers.0.breaker.window": [
        *accepted("1ms", "1h30m", "99999h"),
        refused("0s", law(_DURATION)),
        refused("-5s", bound(_NO_DURATION)),
        refused("5 minutes", bound(_NO_DURATION)),
        refused("1d", bound(_NO_DURATION)),
        refused("000ms", law(_DURATION)),
        refused(30, '{at}: Invalid value: "integer": {at} in body must be of type string: "integer"', UNCHECKED),
    ],
    "spec.providers.0.healthCheck": [
        *accepted({}, ABSENT),
    ],
    "spec.providers.1.name": [
        refused("moonshot", 'spec.providers[1]: Duplicate value: {"name":"moonshot"}', NO_SUCH_PROVIDER),
    ],
    "spec.providers.0.name": [
        refused("Moonshot", bound("should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'"), NO_SUCH_PROVIDER),
        refused("a_b", bound("should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'"), NO_SUCH_PROVIDER),
        refused("", bound("should be at least 1 chars long"), NO_SUCH_PROVIDER),
        refused("a" * 64, "{at}: Too long: may not be more than 63 bytes", UNCHECKED),
        refused(ABSENT, REQUIRED, UNCHECKED),
    ],
    "spec.providers.0.credential.secretRef.name": [
        refused(ABSENT, REQUIRED, UNCHECKED),
        refused(
            "My_Secret", bound("should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'")
        ),
    ],
    "spec.providers.0.credential.secretRef.key": [
        refused(ABSENT, REQUIRED, UNCHECKED),
        refused("..", bound("should match '^([-_a-zA-Z0-9]|\\.[-_a-zA-Z0-9])[-._a-zA-Z0-9]*$'")),
        refused("a/b", bound("should match '^([-_a-zA-Z0-9]|\\.[-_a-zA-Z0-9])[-._a-zA-Z0-9]*$'")),
    ],
    "spec.providers.0.tls.serverName": [
        refused(
            "a b",
            bound(
                "should match '^([A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?\\.)*[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?$'"
            ),
        ),
    ],
    "spec.providers.0.tls.caRef.key": [
        refused(ABSENT, REQUIRED, UNCHECKED),
    ],
    "spec.providers.0.breaker.failurePercent": [
        refused(0, bound("should be greater than or equal to 1")),
        refused(101, bound("should be less than or equal to 100")),
    ],
    "spec.providers.0.breaker.halfOpenMax": [
        refused(0, bound("should be greater than or equal to 1")),
    ],
    "spec.providers.0.breaker.closeAfter": [
        refused(0, bound("should be greater than or equal to 1")),
    ],
    "spec.providers.0.breaker.minRequests": [
        refused(0, bound("should be greater than or equal to 1")),
    ],
    "spec.providers.0.breaker.maxOpenFor": [
        refused("9s", object_law(_LESS)),
    ],
    "spec.providers.0.healthCheck.path": [
        refused("models", bound("should match '^(/[A-Za-z0-9_~!$&'()*+,;=:-][A-Za-z0-9._~!$&'()*+,;=:-]*)+$'")),
        refused("/a?b", bound("should match '^(/[A-Za-z0-9_~!$&'()*+,;=:-][A-Za-z0-9._~!$&'()*+,;=:-]*)+$'")),
    ],
    "spec.providers.0.allowInsecure": [
        refused("true", '{at}: Invalid value: "string": {at} in body must be of type boolean: "string"', UNCHECKED),
        refused(1, '{at}: Invalid value: "integer": {at} in body must be of type boolean: "integer"', UNCHECKED),
    ],
    "spec.providers.0.apiKey": [
        refused("sk-hunter2", unknown()),
    ],
    "spec.providers.0.base_url": [
        refused("https://host", unknown()),
    ],
    "spec.providers.0.credential.value": [
        refused("sk-hunter2", unknown()),
    ],
}
