"""Durations as a route writes them: ``30s``, ``500ms``, ``1h30m``."""

import re

#: One to four numbers of at most five digits, each with its unit; Kubernetes' own ``duration`` admits fewer units.
DURATION_PATTERN = r"^([0-9]{1,5}(ms|s|m|h)){1,4}$"

#: The longest text the pattern admits.
DURATION_MAX_LENGTH = 28

_WHOLE = re.compile(DURATION_PATTERN.replace("$", r"\Z"), re.ASCII)
_PART = re.compile(r"([0-9]{1,5})(ms|s|m|h)", re.ASCII)
_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}


def parse_duration(text: str) -> float:
    """Return the seconds that ``text`` stands for; its parts are added, whatever their order.

    Raises :class:`ValueError` when the text is no duration or stands for less than a millisecond.
    """
    if _WHOLE.match(text) is None:
        raise ValueError("not a duration")
    milliseconds = sum(int(number) * _MILLISECONDS[unit] for number, unit in _PART.findall(text))
    if milliseconds < 1:
        raise ValueError("less than 1ms")
    return milliseconds / 1_000
