"""Who serves a model, told a second time: from the documents of route files, by reading every pattern in turn.

Written from the architecture page alone ("Laws of the resource", 2 and 3, and "Names"), in the most naive way, and
sharing no line with the router: Python's ``re`` instead of RE2, loops instead of indexes, plain dicts instead of
compiled routes. Where both agree, two readings of the page agree.
"""

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

#: A ``ProviderRoute`` as ``yaml.safe_load`` or ``json.loads`` returns it.
Document = Mapping[str, Any]
Kind = Literal["exact", "prefix", "regex"]

LONGEST_NAME = 256
DEFAULT_WHEN = frozenset({"Connect", "Timeout", "RateLimited", "Overloaded", "ServerError", "BreakerOpen"})
ALIASES = {"moonshot/": "Moonshot", "moonshotai/": "Moonshot", "zai/": "Zai", "z-ai/": "Zai", "zai-org/": "Zai"}

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Way:
    """One target as the route writes it; ``model`` is the name that its provider is asked for."""

    provider: str
    base_url: str
    model: str
    weight: int
    fallback: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who serves a name. ``route`` is ``namespace/name``; ``ways`` are the targets as written, then the fallback.

    A fallback way may be gone only after a failure, or instead of a target skipped for a reason, that ``when`` names.
    """

    route: str
    rule: str
    kind: Kind
    alias: str | None
    ways: tuple[Way, ...]
    when: frozenset[str]

    @property
    def primary(self) -> list[Way]:
        """The ways that take traffic of their own."""
        return [way for way in self.ways if not way.fallback and way.weight > 0]

    @property
    def fallback(self) -> list[Way]:
        """The ways that take what the others could not serve, in their order."""
        return [way for way in self.ways if way.fallback]


@dataclass(frozen=True, slots=True)
class _Claim:
    kind: Kind
    text: str
    regex: re.Pattern[str] | None
    age: tuple[bool, str]
    document: Document
    route: str
    rule: Mapping[str, Any]


class Oracle:
    """What the routes of ``documents`` say about names."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._claims = [claim for document in documents for claim in _claims(document)]

    def judge(self, name: str) -> Verdict | None:
        """Who serves ``name``; None when nobody does (404, or 400 for what is no name)."""
        if not is_name(name):
            return None
        claim = self._first(name)
        if claim is not None:
            return _verdict(claim, name, None)
        for alias, dialect in ALIASES.items():
            if _lower(name).startswith(alias):
                stripped = name[len(alias) :]
                claim = self._first(stripped) if stripped else None
                if claim is not None and _belongs(claim, dialect):
                    return _verdict(claim, stripped, alias)
        return None

    def _first(self, name: str) -> _Claim | None:
        """Exact beats longest prefix beats regex; among regexes the older route, then the rule name."""
        lowered = _lower(name)
        for claim in self._claims:
            if claim.kind == "exact" and claim.text == lowered:
                return claim
        prefixes = [claim for claim in self._claims if claim.kind == "prefix" and lowered.startswith(claim.text)]
        if prefixes:
            return max(prefixes, key=lambda claim: len(claim.text))
        regexes = [claim for claim in self._claims if claim.regex is not None and claim.regex.fullmatch(name)]
        return min(regexes, key=lambda claim: (claim.age, claim.route, claim.rule["name"]), default=None)


def is_name(name: str) -> bool:
    """Whether a request may name this model at all: not empty, not long, no control character, valid Unicode."""
    if not 1 <= len(name) <= LONGEST_NAME:
        return False
    return not any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 or 0xD800 <= ord(sign) < 0xE000 for sign in name)


def _lower(text: str) -> str:
    return text.translate(_LOWER)


def _claims(document: Document) -> Iterator[_Claim]:
    metadata = document["metadata"]
    key = f"{metadata.get('namespace', 'default')}/{metadata['name']}"
    created = metadata.get("creationTimestamp", "")
    for rule in document["spec"]["rules"]:
        for pattern in rule["models"]:
            ((kind, text),) = pattern.items()
            regex = re.compile(text, re.IGNORECASE | re.ASCII) if kind == "regex" else None
            # A route that does not say when it was created is younger than any that does.
            yield _Claim(kind, _lower(text), regex, (created == "", created), document, key, rule)


def _belongs(claim: _Claim, dialect: str) -> bool:
    providers = {provider["name"]: provider for provider in claim.document["spec"]["providers"]}
    return all(providers[target["provider"]].get("dialect", "OpenAI") == dialect for target in claim.rule["targets"])


def _verdict(claim: _Claim, name: str, alias: str | None) -> Verdict:
    forwarded = name
    if claim.kind == "exact":
        # In the spelling of the pattern, which the claim has only in lower case.
        (forwarded,) = (
            pattern["exact"] for pattern in claim.rule["models"] if _lower(pattern.get("exact", "")) == claim.text
        )
    providers = {provider["name"]: provider for provider in claim.document["spec"]["providers"]}
    fallback = claim.rule.get("fallback", {"when": (), "targets": ()})
    ways = [
        Way(
            target["provider"],
            providers[target["provider"]]["baseURL"],
            target.get("model", forwarded),
            target.get("weight", 100),
            later,
        )
        for later, targets in ((False, claim.rule["targets"]), (True, fallback["targets"]))
        for target in targets
    ]
    when = frozenset(fallback.get("when", DEFAULT_WHEN))
    return Verdict(claim.route, claim.rule["name"], claim.kind, alias, tuple(ways), when)
