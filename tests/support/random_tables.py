"""Random route tables whose patterns overlap in nasty ways, and names that nearly match them. Seeded, no hypothesis."""

import json
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.support.oracle import ALIASES

_STEMS = (
    "kimi-", "kimi-k2", "kimi-k2.", "kimi-k3", "moonshot-v1-", "moonshot/kimi-", "glm-", "glm-4", "glm-4.7", "glm-4.7-",
    "zai/glm-", "zai-org/", "gpt-", "gpt-4o", "openai/gpt-", "k", "s", "a/b/", "ft:", "модель-", "模型", "é-", "K", "y",
)  # fmt: skip
_PIECES = ("-", ".", "/", "k", "s", "i", "2", "4", "-latest", "/kimi-", ":free", " ", "é", "模", "_", "@", "ß", "I")
#: Letters that look like, or lower-case to, ASCII ones: Kelvin, long s, dotted and dotless i, Cyrillic, full width.
_LOOKALIKES = {"k": "\u212aк\uff4b", "s": "\u017fѕ", "i": "\u0130\u0131і", "a": "а\uff41", "-": "‐\uff0d"}
_CONTROLS = ("\n", "\0", "\x7f", "\x85")
_CONDITIONS = (
    "Connect", "Timeout", "RateLimited", "Overloaded", "ServerError", "BreakerOpen", "Unauthorized", "QuotaExhausted",
)  # fmt: skip
_TIMES = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2025-12-31T23:59:59Z")
_LONGEST_PATTERN = 256

#: A bit of a regex that means the same to RE2 and to ``re``, and a maker of texts that it matches.
_RegexPiece = tuple[str, Callable[[Random], str]]
_REGEX_PIECES: Sequence[_RegexPiece] = (
    (".*", lambda random: random.choice(("", "x", "-k3", "/é"))),
    (".", lambda random: random.choice("x/é-")),
    ("[a-z]+", lambda random: random.choice(("k", "ks", "mini"))),
    ("[0-9]{1,3}", lambda random: str(random.randrange(1000))),
    (r"\d", lambda random: random.choice(string.digits)),
    ("[^/]*", lambda random: random.choice(("", "k3", "模"))),
    ("(kimi|glm)", lambda random: random.choice(("kimi", "GLM"))),
    ("(-latest)?", lambda random: random.choice(("", "-latest"))),
    ("[^k-s]", lambda random: random.choice("a9/")),
)


@dataclass(frozen=True, slots=True)
class Upstream:
    """A host that a random table may name; ``secret`` names its credential, None for none."""

    dialect: str
    base_url: str
    secret: str | None = None

    def provider(self, name: str) -> dict[str, Any]:
        """It as a provider of a route."""
        written: dict[str, Any] = {"name": name, "dialect": self.dialect, "baseURL": self.base_url}
        if self.base_url.startswith("http:"):
            written["allowInsecure"] = True
        if self.secret is not None:
            written["credential"] = {"secretRef": {"name": self.secret, "key": "api-key"}}
        return written


#: Hosts for tables that are only read.
PAPER = tuple(
    Upstream(dialect, f"https://{dialect.lower()}{number}.example/v{number}", f"{dialect.lower()}-{number}")
    for dialect in ("Moonshot", "Zai", "OpenAI")
    for number in (1, 2)
)


@dataclass(slots=True)
class RandomTable:
    """Valid routes without conflicts; ``hits`` are texts that some pattern was written for."""

    documents: list[dict[str, Any]]
    hits: list[str]

    def yaml(self) -> str:
        """The documents of one route file; JSON is YAML, and quotes every text beyond doubt."""
        return "".join(f"---\n{json.dumps(document, ensure_ascii=False)}\n" for document in self.documents)


@dataclass(slots=True)
class _Maker:
    random: Random
    upstreams: Sequence[Upstream]
    #: What every provider and rule gets besides, such as a breaker.
    provider_extras: Mapping[str, Any]
    rule_extras: Mapping[str, Any]
    stems: list[str] = field(default_factory=list)
    hits: list[str] = field(default_factory=list)
    claimed: set[tuple[str, str]] = field(default_factory=set)

    def table(self) -> RandomTable:
        self.stems = self.random.sample(_STEMS, 3)
        names = self.random.sample([f"r{number}" for number in range(12)], _few(self.random, 8))
        return RandomTable([self._route(name) for name in names], self.hits)

    def _route(self, name: str) -> dict[str, Any]:
        random = self.random
        metadata = {"name": name}
        if random.random() < 0.3:
            metadata["namespace"] = random.choice(("default", "team-a", "team-b"))
        if random.random() < 0.7:
            metadata["creationTimestamp"] = random.choice(_TIMES)
        chosen = [random.choice(self.upstreams) for _ in range(random.randint(2, 4))]
        names = random.sample(("moonshot", "zai", "openai", "a", "b"), len(chosen))
        providers = [
            {**each.provider(called), **self.provider_extras} for each, called in zip(chosen, names, strict=True)
        ]
        rules = random.sample([f"rule-{number}" for number in range(9)], _few(random, 6))
        spec = {"providers": providers, "rules": [self._rule(rule, names) for rule in rules]}
        return {"apiVersion": "sealane.dev/v1alpha1", "kind": "ProviderRoute", "metadata": metadata, "spec": spec}

    def _rule(self, name: str, providers: Sequence[str]) -> dict[str, Any]:
        random = self.random
        wanted = _few(random, 6)
        models = [self._pattern() for _ in range(wanted)]
        targets = [self._target(random.choice(providers)) for _ in range(random.choice((1, 1, 1, 2, 2, 3)))]
        if not any(target.get("weight", 100) for target in targets):
            targets[-1]["weight"] = 1
        rule = {"name": name, "models": models, "targets": targets, **self.rule_extras}
        if random.random() < 0.5:
            rule["fallback"] = {
                "targets": [self._target(random.choice(providers)) for _ in range(random.randint(1, 2))]
            }
            if random.random() < 0.4:
                rule["fallback"]["when"] = random.sample(_CONDITIONS, random.randint(1, len(_CONDITIONS)))
        return rule

    def _target(self, provider: str) -> dict[str, Any]:
        target: dict[str, Any] = {"provider": provider}
        if self.random.random() < 0.4:
            target["weight"] = self.random.choice((0, 1, 1, 50, 100))
        if self.random.random() < 0.3:
            target["model"] = self.random.choice((*self.hits[-3:], "kimi-k3", "glm-4.7", "gpt-4o", "GLM-4.7"))
        return target

    def _pattern(self) -> dict[str, str]:
        while True:
            kind = self.random.choice(("exact", "exact", "prefix", "prefix", "regex"))
            text, hit = self._regex() if kind == "regex" else self._text()
            subject = (kind, text if kind == "regex" else text.translate(_ASCII_LOWER))
            if text and len(text) <= _LONGEST_PATTERN and subject not in self.claimed:
                self.claimed.add(subject)
                self.hits.append(hit or text)
                return {kind: text}

    def _text(self) -> tuple[str, str]:
        """A name or prefix: often an earlier one made longer, cut short, put behind an alias or in other case."""
        random = self.random
        text = random.choice(self.hits) if self.hits and random.random() < 0.6 else random.choice(self.stems)
        for _ in range(random.randint(0, 3)):
            text = self._changed(text)
        return text, text

    def _changed(self, text: str) -> str:
        random = self.random
        match random.randrange(6):
            case 0:
                return text[: random.randint(1, max(1, len(text)))]
            case 1:
                return random.choice(tuple(ALIASES)) + text
            case 2:
                return other_case(random, text)
            case _:
                return text + random.choice(_PIECES)

    def _regex(self) -> tuple[str, str]:
        random = self.random
        stem = random.choice(self.stems)
        stem = stem if stem.isascii() else ""
        pieces = [random.choice(_REGEX_PIECES) for _ in range(random.randint(1, 3))]
        text = stem.replace(".", r"\.") + "".join(regex for regex, _ in pieces)
        hit = stem + "".join(sample(random) for _, sample in pieces)
        return (other_case(random, text) if "\\" not in text and "[" not in text else text), hit


_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def random_table(
    random: Random,
    upstreams: Sequence[Upstream] = PAPER,
    *,
    provider_extras: Mapping[str, Any] | None = None,
    rule_extras: Mapping[str, Any] | None = None,
) -> RandomTable:
    """1-8 routes of 2-4 providers and 1-6 rules of 1-6 patterns of all kinds; few of each more often than many."""
    return _Maker(random, upstreams, provider_extras or {}, rule_extras or {}).table()


def random_name(random: Random, table: RandomTable) -> str:
    """A name that some pattern holds, or nearly; one in a hundred is no name at all."""
    name = random.choice(table.hits) if random.random() < 0.9 else random.choice(_STEMS)
    for _ in range(random.choice((0, 0, 1, 1, 1, 2, 3))):
        name = _MISSES[random.randrange(len(_MISSES))](random, name)
    return name


def other_case(random: Random, text: str) -> str:
    """``text`` with some of its letters in the other case, or all of them."""
    share = random.choice((0.2, 1.0))
    return "".join(sign.swapcase() if sign.isascii() and random.random() < share else sign for sign in text)


def _few(random: Random, most: int) -> int:
    return min(random.randint(1, most) for _ in range(2))


def _lookalike(random: Random, name: str) -> str:
    places = [at for at, sign in enumerate(name) if sign.lower() in _LOOKALIKES]
    if not places:
        return name + random.choice("\u212a\u017f\u0130")
    at = random.choice(places)
    return name[:at] + random.choice(_LOOKALIKES[name[at].lower()]) + name[at + 1 :]


def _aliased(random: Random, name: str) -> str:
    alias = random.choice((*ALIASES, "openai/", "moonshot", "zai//", "/"))
    return (alias.upper() if random.random() < 0.2 else alias) + name


def _cut(random: Random, name: str) -> str:
    at = random.randrange(len(name) + 1)
    return name[:at] + name[at + 1 :]


def _long(random: Random, name: str) -> str:
    return name + "x" * (random.choice((255, 256, 257, 1024)) - len(name))


def _spoiled(random: Random, name: str) -> str:
    return random.choice((name + random.choice(_CONTROLS), "", " ", "/", name + "\ud800"))


_MISSES: Sequence[Callable[[Random, str], str]] = (
    other_case, other_case, other_case,
    lambda random, name: name + random.choice(_PIECES), lambda random, name: name + random.choice(_PIECES),
    lambda random, name: random.choice(_PIECES) + name,
    lambda random, name: name[:-1], lambda random, name: name.partition("/")[2],
    _cut, _lookalike, _lookalike, _aliased, _aliased, _aliased,
    lambda random, name: _long(random, name) if random.random() < 0.3 else name,
    lambda random, name: _spoiled(random, name) if random.random() < 0.2 else name,
)  # fmt: skip
