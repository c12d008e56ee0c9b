"""What an unquoted YAML word stands for, as kubectl reads it: YAML 1.1 on its way to JSON.

PyYAML differs in details that would let a file pass here and fail there: to kubectl ``y`` is a boolean, ``1e3`` a
number, ``1:30`` and ``2026-11-22`` are texts, and ``1.0`` is the JSON number ``1``.
"""

import math
import re
from collections.abc import Mapping

Scalar = bool | int | float | str | None

_CONSTANTS: Mapping[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_NUMBERS_BEGIN = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(0b[01]+|0x[0-9a-fA-F]+|0o?[0-7]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASES = {"0b": 2, "0x": 16, "0o": 8}
_LONGEST_INTEGER = 67  # a sign, 0b and 64 bits
_EXACT = 2**53


def plain_scalar(text: str) -> Scalar:
    """Return the value of an unquoted scalar; a number too large for any JSON reader stays a text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMBERS_BEGIN:
        return text
    digits = text.replace("_", "")
    integer = _integer(digits)
    if integer is not None:
        return integer
    if _FLOAT.fullmatch(digits) is None or math.isinf(number := float(digits)):
        return text
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _integer(digits: str) -> int | None:
    if len(digits) > _LONGEST_INTEGER or _INTEGER.fullmatch(digits) is None:
        return None
    unsigned = digits.lstrip("+-")
    octal = unsigned.startswith("0") and len(unsigned) > 1
    value = int(digits, _BASES.get(unsigned[:2], 8 if octal else 10))
    return value if -(2**63) <= value < 2**64 else None
