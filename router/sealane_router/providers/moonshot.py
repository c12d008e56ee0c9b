"""Moonshot (Kimi): platform.kimi.ai/docs/api/errors.

429 has three types: ``engine_overloaded_error`` (the provider's trouble), ``exceeded_current_quota_error``
(no money left) and ``rate_limit_reached_error``, which concurrency, requests and tokens per minute share with
tokens per *day* (TPD): only the message tells. A day's tokens belong to the account, are shared by all
models, and no wait is stated, so TPD is an exhausted quota without a reset time; pausing one model for a
minute at most would ask in vain all day.
"""

import re
from collections.abc import Mapping

from sealane_api.failure import FailureClass as F
from sealane_api.route_table import DialectName

from .dialect import Dialect
from .provider_error import ProviderError

_PER_DAY = re.compile(r"\b(?:TPD|RPD)\b|per day")


class Moonshot(Dialect):
    """Moonshot's platform, in both regions."""

    name = DialectName.MOONSHOT
    changed_id_breaks = True

    def class_of(self, status: int, headers: Mapping[bytes, bytes], error: ProviderError) -> F:
        """The common class, but for the day's tokens."""
        found = super().class_of(status, headers, error)
        if found is F.RATE_LIMITED and _PER_DAY.search(error.message):
            return F.QUOTA_EXHAUSTED
        return found
