"""Z.ai, BigModel (GLM): business codes, docs.bigmodel.cn/cn/api/api-code.

The code is the truth and the HTTP status is not: 429 is an empty balance (1113), a weekly cap (1310), an
overloaded model (1305, 1312) or a rate limit (1302). Three codes need a word:

* 1304, 1308, 1310 are caps per day, per window of hours, and per week or month. Their message states the
  reset as ``2026-08-27 21:31:39`` without a zone, which is the provider's own, Asia/Shanghai (UTC+8, no
  summer time). It is never further away than the window; should it have passed, the zone was another and no
  reset is known.
* 1311 (model not in the plan) is about one model: parking the key for it would let a tenant who asks for that
  model switch the provider off for everybody. 1309 (plan expired) and 1313 (fair use) are about the account.
"""

import re
from collections.abc import Mapping
from datetime import timedelta, timezone
from types import MappingProxyType

from sealane_api.diagnosis.failure_classes import failure_class_of
from sealane_api.diagnosis.provider_codes import zai
from sealane_api.failure import FailureClass as F
from sealane_api.route_table import DialectName

from .dialect import Dialect
from .provider_error import ProviderError
from .waits import reset_after

_CODES = MappingProxyType(
    {code: found for code, meaning in zai.CODES.items() if (found := failure_class_of(meaning)) is not None}
)

_SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_WINDOWS = MappingProxyType({"1304": timedelta(days=1), "1308": timedelta(hours=5), "1310": timedelta(days=31)})
_STATED_WINDOW = re.compile(r"(\d{1,3})\s*(hour|day|week|month|小时|天|周|个?月)", re.IGNORECASE)
_WINDOW_UNITS = MappingProxyType(
    {
        **dict.fromkeys(("hour", "小时"), timedelta(hours=1)),
        **dict.fromkeys(("day", "天"), timedelta(days=1)),
        **dict.fromkeys(("week", "周"), timedelta(days=7)),
        **dict.fromkeys(("month", "月", "个月"), timedelta(days=31)),
    }
)


class Zai(Dialect):
    """Z.ai international and BigModel; their codes are the same."""

    name = DialectName.ZAI
    # The only name it knows; the other is ignored without a word, and the model's default limit holds.
    renames_for_other_model = MappingProxyType({"max_completion_tokens": "max_tokens"})
    changed_id_breaks = True
    finish_errors = frozenset({"network_error"})

    def class_of(self, status: int, headers: Mapping[bytes, bytes], error: ProviderError) -> F:
        """The class of the business code; the common one without a code that is known."""
        return _CODES.get(error.code or "") or super().class_of(status, headers, error)

    def reset_after(self, error: ProviderError, wall: float) -> float | None:
        """The reset time that the caps state."""
        window = _WINDOWS.get(error.code or "")
        if window is None:
            return None
        return reset_after(error.message, zone=_SHANGHAI, window=_window(error.message) or window, wall=wall)


def _window(message: str) -> timedelta | None:
    """The window that the message names ("Usage limit reached for 5 hour")."""
    match = _STATED_WINDOW.search(message)
    return None if match is None else int(match[1]) * _WINDOW_UNITS[match[2].lower()]
