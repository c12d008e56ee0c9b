"""The order in which message rules are asked; the first that fits decides.

What is particular stands before what is general: a database's "too many connections" before a provider's, a daily limit
before a limit, a name that means nothing before a parameter that is wrong.
"""

from sealane_investigator.classify.rule import Rule
from sealane_investigator.classify.rules import particular
from sealane_investigator.classify.rules.concepts import access, amounts
from sealane_investigator.classify.rules.concepts import failures as broken
from sealane_investigator.classify.rules.concepts import requests as asked
from sealane_investigator.classify.rules.failures import capacity, infrastructure, nothing_wrong, streams, transport
from sealane_investigator.classify.rules.refusals import (
    accounts,
    credentials,
    histories,
    limits,
    models,
    money,
    requests,
    sizes,
)
from sealane_investigator.classify.wording import Wording

RULES: tuple[Rule, ...] = (
    *capacity.AGGREGATES,
    *particular.OUTSIDE,
    *capacity.EDGES,
    *limits.QUOTAS,
    *particular.PARTICULAR,
    *infrastructure.WORKLOADS,
    *infrastructure.DATABASES,
    *nothing_wrong.NOTHING_WRONG,
    *streams.STREAMS,
    *transport.NETWORK,
    *credentials.EXPIRED,
    *accounts.CLIENTS,
    *accounts.REGIONS,
    *accounts.STANDING,
    *money.MONEY,
    *limits.RATES,
    *capacity.NOWHERE,
    *capacity.BUSY,
    *credentials.MISSING,
    *credentials.REFUSED,
    *sizes.SIZES,
    *requests.CONTENT,
    *histories.MESSAGES,
    *models.NAMES,
    *models.CAPABILITIES,
    *accounts.PERMISSIONS,
    *models.ADDRESSES,
    *streams.ANSWERS,
    *requests.PARAMETERS,
    *capacity.BROKEN,
    *transport.TIME,
    *broken.FAILURES,
    *access.ACCESS,
    *amounts.AMOUNTS,
    *asked.REQUESTS,
    *limits.WEAK_RATES,
    *transport.WEAK_NETWORK,
    *requests.WEAK_PARAMETERS,
)

_NONE_OFF: frozenset[str] = frozenset()


def outermost(wording: Wording, off: frozenset[str] = _NONE_OFF) -> Rule | None:
    """Return the first rule that speaks about the whole text; ``off`` are groups whose rules are to be left out."""
    return _first(_ANYWHERE, wording.text, wording, off)


def strong(wording: Wording, off: frozenset[str] = _NONE_OFF) -> Rule | None:
    """Return the first rule for the message itself that beats a code."""
    return _first(_STRONG, wording.message, wording, off)


def around(wording: Wording, off: frozenset[str] = _NONE_OFF) -> Rule | None:
    """Return the first rule for the words around the message."""
    return _first(_STRONG, wording.text, wording, off)


def hinted(wording: Wording, off: frozenset[str] = _NONE_OFF) -> Rule | None:
    """Return the first rule that is too weak to beat a code."""
    return _first(_HINTS, wording.text, wording, off)


_ANYWHERE = tuple(one for one in RULES if one.anywhere)
_STRONG = tuple(one for one in RULES if not one.hint and not one.anywhere)
_HINTS = tuple(one for one in RULES if one.hint)


def _first(rules: tuple[Rule, ...] | list[Rule], text: str, wording: Wording, off: frozenset[str]) -> Rule | None:
    for one in rules:
        if one.groups and one.groups <= off:
            continue
        if one.matches(text, wording):
            return one
    return None
