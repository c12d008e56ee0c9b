"""The token file: which tokens exist, what each may do, and who sends with it.

It holds digests, never tokens, so a copy of it admits nobody. Reading is strict, as it is for the routers' key file: an
unknown field, a digest twice or a right that does not exist refuse the whole file.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
import yaml

from sealane_api.diagnosis.error_event import Origin

MAX_TOKENS = 1_000
MAX_FILE_BYTES = 1024 * 1024

_MAX_PROBLEMS = 20
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


class Right(StrEnum):
    """What a token may do."""

    REPORT = "report"
    """Send errors."""
    ALERT = "alert"
    """Send alerts."""
    READ = "read"
    """Read incidents, the stream and what else is shown."""
    ACT = "act"
    """Change incidents."""


class TokenFileError(ValueError):
    """The token file cannot be used; each line says where, what was found and what to write instead."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``digest`` is the SHA-256 of its text, ``expires`` Unix seconds (None: never).

    ``own``: what it sends is Sealane's own trouble (``origin: self``).
    """

    name: str
    digest: bytes
    rights: frozenset[Right]
    own: bool = False
    expires: float | None = None


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    sha256: str
    rights: list[str]
    origin: str | None = None
    expires: str | None = None


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    tokens: list[_Written]


def parse_token_file(content: bytes, source: str) -> tuple[Token, ...]:
    """Return the entries of a token file; ``source`` names it in messages.

    Raises:
        TokenFileError: one line for each of the first 20 problems.
    """
    if len(content) > MAX_FILE_BYTES:
        raise TokenFileError(f"{source}: found {len(content)} bytes; write at most {MAX_FILE_BYTES}")
    try:
        document = msgspec.convert(_load(content, source), _Document)
    except msgspec.ValidationError as error:
        raise TokenFileError(f"{source}: {_readable(str(error))}") from error
    if len(document.tokens) > MAX_TOKENS:
        raise TokenFileError(f"{source}: found {len(document.tokens)} tokens; write at most {MAX_TOKENS}")
    reading = _Reading()
    tokens = tuple(reading.token(f"tokens[{index}]", written) for index, written in enumerate(document.tokens))
    if reading.problems:
        raise TokenFileError("\n".join(f"{source}: {line}" for line in reading.problems[:_MAX_PROBLEMS]))
    return tokens


class _StrictLoader(yaml.SafeLoader):
    """YAML's safe subset, where a field written twice is an error and a moment stays text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way to say it
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        written = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(written) != len(set(written)):
            raise yaml.constructor.ConstructorError(None, None, "a field is written twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def _load(content: bytes, source: str) -> object:
    try:
        return yaml.load(content, Loader=_StrictLoader)  # noqa: S506 - it derives from the safe loader
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise TokenFileError(f"{source}:{line}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError, UnicodeDecodeError) as error:
        raise TokenFileError(f"{source}: found no readable YAML ({type(error).__name__})") from error


def _readable(problem: str) -> str:
    """msgspec's message with the place first: ``tokens[3]: Object contains unknown field `right```."""
    message, _, place = problem.partition(" - at `")
    return f"{place.rstrip('`').removeprefix('$').removeprefix('.') or 'the file'}: {message}"


class _Reading:
    """Turns entries of the right types into tokens and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._seen: dict[Hashable, str] = {}

    def token(self, path: str, written: _Written) -> Token:
        if _NAME.fullmatch(written.name) is None:
            self._problem(f"{path}.name", written.name, "write at most 63 of a-z, 0-9 and -")
        self._once(written.name, f"{path}.name", "a token of this name")
        if written.origin not in {None, Origin.SELF}:
            self._problem(f"{path}.origin", written.origin, "write self, or leave it out")
        return Token(
            name=written.name,
            digest=self._digest(f"{path}.sha256", written.sha256),
            rights=self._rights(f"{path}.rights", written.rights),
            own=written.origin == Origin.SELF,
            expires=self._moment(f"{path}.expires", written.expires),
        )

    def _digest(self, path: str, text: str) -> bytes:
        if _DIGEST.fullmatch(text) is None:
            # What stands here may be the token itself, so it is not repeated.
            self.problems.append(
                f"{path}: found {len(text)} characters; write the SHA-256 of the token, 64 hexadecimal digits"
            )
            return b""
        digest = bytes.fromhex(text)
        self._once(digest, path, "the same token")
        return digest

    def _rights(self, path: str, words: list[str]) -> frozenset[Right]:
        known = {right.value for right in Right}
        for word in words:
            if word not in known:
                self._problem(path, word, f"write some of {', '.join(sorted(known))}")
        if not words:
            self._problem(path, "nothing", f"write some of {', '.join(sorted(known))}")
        return frozenset(Right(word) for word in words if word in known)

    def _moment(self, path: str, text: str | None) -> float | None:
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError("no time zone")
            return moment.astimezone(UTC).timestamp()
        except (ValueError, OverflowError):
            self._problem(path, text, "write a moment with its time zone, such as 2027-01-31T00:00:00Z")
            return None

    def _once(self, thing: Hashable, path: str, what: str) -> None:
        first = self._seen.setdefault(thing, path)
        if first != path:
            self.problems.append(f"{path}: {what} is already at {first}; write each once")

    def _problem(self, path: str, found: object, write: str) -> None:
        self.problems.append(f"{path}: found {str(found)[:80]!r}; {write}")
