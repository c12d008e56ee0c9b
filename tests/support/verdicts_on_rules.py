"""Rules: models, targets, fallbacks and limits. See verdicts.py for the form of the table."""

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
)

_DURATION = "write a duration such as 30s, 5m or 1h30m, at least 1ms"
_ONE_MATCHER = "write exactly one of exact, prefix and regex"
_NO_WEIGHT = "found weight 0 everywhere; give at least one target a weight of 1 or more"
_CONDITIONS = (
    '"Unauthorized", "QuotaExhausted", "RateLimited", "Overloaded", "ServerError", "Timeout", "Connect", "BreakerOpen"'
)

RULES: Table = {
    "spec.rules.0.models": [
        *accepted([{"exact": "a" * 256}], [{"regex": "k[0-9]+"}], [{"prefix": "✓"}]),
        refused([], "{at}: Invalid value: 0: {at} in body should have at least 1 items"),
        refused([{}], "{at}[0]: Invalid value: " + _ONE_MATCHER),
        refused([{"exact": "a", "prefix": "b"}], "{at}[0]: Invalid value: " + _ONE_MATCHER),
        refused(
            [{"regex": "("}],
            '{at}[0].regex: Invalid value: "string": error parsing regexp: missing closing ): `(` '
            "evaluating rule: write an RE2 expression",
        ),
        refused(
            [{"regex": "(?=a)"}],
            '{at}[0].regex: Invalid value: "string": error parsing regexp: invalid or unsupported Perl '
            "syntax: `(?=` evaluating rule: write an RE2 expression",
        ),
        refused(
            [{"exact": ""}], '{at}[0].exact: Invalid value: "": {at}[0].exact in body should be at least 1 chars long'
        ),
        refused([{"exact": "a" * 257}], "{at}[0].exact: Too long: may not be more than 256 bytes", UNCHECKED),
        refused(
            [{"exact": "a\nb"}],
            '{at}[0].exact: Invalid value: "a\\nb": {at}[0].exact in body should match '
            "'^[^\\x00-\\x1f\\x7f-\\x9f]*$'",
        ),
        refused(
            ["kimi"], '{at}[0]: Invalid value: "string": {at}[0] in body must be of type object: "string"', UNCHECKED
        ),
    ],
    "spec.rules.0.targets": [
        *accepted([{"provider": "zai", "weight": 0}, {"provider": "moonshot"}]),
        refused([], "{at}: Invalid value: 0: {at} in body should have at least 1 items", object_law(_NO_WEIGHT)),
        refused(ABSENT, REQUIRED, UNCHECKED),
        refused([{"provider": "nobody"}], NO_SUCH_PROVIDER),
        refused([{"provider": "zai", "weight": 0}], object_law(_NO_WEIGHT)),
        refused([{"weight": 1}], "{at}[0].provider: Required value", UNCHECKED),
    ],
    "spec.rules.0.targets.0.weight": [
        *accepted(0, None, ABSENT),
        refused(-1, bound("should be greater than or equal to 0")),
        refused("90", '{at}: Invalid value: "string": {at} in body must be of type integer: "string"', UNCHECKED),
    ],
    "spec.rules.0.targets.1.set": [
        *accepted({"deep": {"a": [1, "x", True, {"b": 2.5}]}}, {}),
        refused({f"m{n}": 1 for n in range(17)}, "{at}: Too many: 17: must have at most 16 items", UNCHECKED),
        refused([1], '{at}: Invalid value: "array": {at} in body must be of type object: "array"', UNCHECKED),
    ],
    "spec.rules.0.fallback.when": [
        *accepted(ABSENT, ["Unauthorized", "QuotaExhausted"]),
        refused([], "{at}: Invalid value: 0: {at} in body should have at least 1 items"),
        refused(["Connect", "Connect"], '{at}[1]: Duplicate value: "Connect"'),
        refused(
            ["InvalidRequest"],
            '{at}[0]: Unsupported value: "InvalidRequest": supported values: ' + _CONDITIONS,
            UNCHECKED,
        ),
        refused(["connect"], '{at}[0]: Unsupported value: "connect": supported values: ' + _CONDITIONS, UNCHECKED),
    ],
    "spec.rules.0.fallback": [
        *accepted(ABSENT),
    ],
    "spec.rules.0.retry.maxAttempts": [
        *accepted(1, 10),
        refused(0, bound("should be greater than or equal to 1")),
        refused(11, bound("should be less than or equal to 10")),
    ],
    "spec.rules.0.retry.budgetPercent": [
        *accepted(0, 100),
        refused(-1, bound("should be greater than or equal to 0")),
        refused(101, bound("should be less than or equal to 100")),
    ],
    "spec.rules.0.timeouts.firstByte": [
        *accepted(ABSENT),
        refused("0ms", law(_DURATION)),
    ],
    "spec.rules.0.limits.tokensPerMinute": [
        *accepted(9007199254740991),
        refused(0, bound("should be greater than or equal to 1")),
        refused(9007199254740992, bound("should be less than or equal to 9007199254740991")),
    ],
    "spec.rules.1.name": [
        refused("kimi", 'spec.rules[1]: Duplicate value: {"name":"kimi"}'),
    ],
    "spec.rules.0.targets.1.remove": [
        refused(["model"], object_law("found 'model', which every request needs; remove this line")),
        refused(["a", "a"], '{at}[1]: Duplicate value: "a"'),
        refused([""], '{at}[0]: Invalid value: "": {at}[0] in body should be at least 1 chars long'),
    ],
    "spec.rules.0.fallback.targets": [
        refused([{"provider": "nobody"}], NO_SUCH_PROVIDER),
        refused([], "{at}: Invalid value: 0: {at} in body should have at least 1 items"),
        refused(ABSENT, REQUIRED, UNCHECKED),
    ],
    "spec.rules.0.limits.requestsPerMinute": [
        refused(0, bound("should be greater than or equal to 1")),
    ],
    "spec.rules.0.critical": [
        refused("yes", '{at}: Invalid value: "string": {at} in body must be of type boolean: "string"', UNCHECKED),
    ],
}
