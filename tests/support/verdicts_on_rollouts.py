"""The route itself, and how a change of it goes live. See verdicts.py for the form of the table."""

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
_FIVE_FIELDS = "write the five fields minute, hour, day of month, month and day of week, such as 0 2 * * *"
_BACKWARDS = "found a range that runs backwards; write the lower end first"
_RISE = "write weights that rise from step to step"
_NO_DURATION = "should match '^([0-9]{1,5}(ms|s|m|h)){1,4}$'"

ROUTES: Table = {
    "metadata.name": [
        *accepted("a", "a" * 63),
        refused("a.b", bound("should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'")),
        refused("a" * 64, "{at}: Too long: may not be more than 63 bytes", UNCHECKED),
    ],
    "spec.rollout.strategy": [
        *accepted("Canary"),
        refused("canary", '{at}: Unsupported value: "canary": supported values: "Canary", "Immediate"', UNCHECKED),
        refused(
            "BlueGreen", '{at}: Unsupported value: "BlueGreen": supported values: "Canary", "Immediate"', UNCHECKED
        ),
    ],
    "spec.rollout.steps": [
        *accepted([{"weight": weight} for weight in range(1, 21)], [{"weight": 100}], ABSENT),
        refused([], "{at}: Invalid value: 0: {at} in body should have at least 1 items"),
        refused([{"weight": 10}, {"weight": 10}], object_law(_RISE)),
        refused([{"weight": 50}, {"weight": 10}], object_law(_RISE)),
        refused(
            [{"weight": 0}],
            "{at}[0].weight: Invalid value: 0: {at}[0].weight in body should be greater than or equal to 1",
        ),
        refused(
            [{"weight": 101}],
            "{at}[0].weight: Invalid value: 101: {at}[0].weight in body should be less than or equal to 100",
        ),
        refused([{"hold": "1m"}], "{at}[0].weight: Required value", UNCHECKED),
        refused(
            [{"weight": weight} for weight in range(1, 22)], "{at}: Too many: 21: must have at most 20 items", UNCHECKED
        ),
    ],
    "spec.rollout.windows.0.schedule": [
        *accepted("*/15 0-6 1,15 jan-mar mon-fri", "0 2 * * 7", " 0  2 * * SUN "),
        refused("", bound("should be at least 1 chars long"), law(_FIVE_FIELDS)),
        refused("@daily", law(_FIVE_FIELDS)),
        refused("0 2 * *", law(_FIVE_FIELDS)),
        refused("60 2 * * *", law(_FIVE_FIELDS)),
        refused("0 24 * * *", law(_FIVE_FIELDS)),
        refused("0 2 0 * *", law(_FIVE_FIELDS)),
        refused("0 2 * 13 *", law(_FIVE_FIELDS)),
        refused("0 2 * * 8", law(_FIVE_FIELDS)),
        refused("30-10 2 * * *", law(_BACKWARDS)),
        refused("0 2 * * fri-mon", law(_BACKWARDS)),
        refused("*/0 2 * * *", law(_FIVE_FIELDS)),
    ],
    "spec.rollout.windows.0.timeZone": [
        *accepted("Etc/UTC", ABSENT, "America/Argentina/Buenos_Aires"),
        refused(
            "Mars/Base",
            '{at}: Invalid value: "string": unknown time zone Mars/Base evaluating rule: write the '
            "name of a time zone such as Etc/UTC or Europe/Zurich",
        ),
        refused("+02:00", bound("should match '^[A-Za-z][-+_A-Za-z0-9]*(/[-+_A-Za-z0-9]+)*$'")),
        refused("Local", law("write the name of a time zone such as Etc/UTC or Europe/Zurich")),
    ],
    "spec.suspend": [
        *accepted(None, ABSENT),
        refused("no", '{at}: Invalid value: "string": {at} in body must be of type boolean: "string"', UNCHECKED),
    ],
    "spec.revisionHistoryLimit": [
        *accepted(1, 100),
        refused(0, bound("should be greater than or equal to 1")),
        refused(101, bound("should be less than or equal to 100")),
    ],
    "spec": [
        refused(ABSENT, REQUIRED, UNCHECKED),
        refused({}, "{at}.providers: Required value", "{at}.rules: Required value", UNCHECKED),
    ],
    "spec.providers": [
        refused([], "{at}: Invalid value: 0: {at} in body should have at least 1 items", NO_SUCH_PROVIDER),
        refused(ABSENT, REQUIRED, UNCHECKED),
    ],
    "spec.rules": [
        refused([], "{at}: Invalid value: 0: {at} in body should have at least 1 items"),
        refused(ABSENT, REQUIRED, UNCHECKED),
    ],
    "spec.rollout.analysis.maxErrorIncreasePercent": [
        refused(101, bound("should be less than or equal to 100")),
    ],
    "spec.rollout.bakeTime": [
        refused("ten minutes", bound(_NO_DURATION), law(_DURATION)),
    ],
    "spec.rollout.windows.0.duration": [
        refused(ABSENT, REQUIRED, UNCHECKED),
        refused("0s", law(_DURATION)),
    ],
    "spec.rollback": [
        refused({"to": 1}, unknown()),
    ],
    "spec.rollout.step": [
        refused([], unknown()),
    ],
}
