"""The key file: which API keys exist, whose they and which ServiceAccounts are, and what their tenants may use.

It holds digests, never keys, so a copy of it admits nobody. ``docs/keys.md`` describes the format. Reading is
strict: an unknown field, a digest twice or two opinions about one tenant refuse the whole file, because a key
file that is half understood grants what nobody meant to grant.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from sealane_api.ownership import fold
from sealane_api.route_table import Limits

if TYPE_CHECKING:
    from yaml import SafeLoader as _Loader
else:  # libyaml's parser is ten times as fast, and not in every build of PyYAML
    _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_KEYS = 100_000
MAX_SERVICE_ACCOUNTS = 100_000
MAX_PATTERNS = 256
MAX_FILE_CHARACTERS = 64 * 1024 * 1024
#: The tenant of callers without a key; a key of that name would share what they share.
ANONYMOUS = "anonymous"
UNLIMITED = Limits()

_MAX_PROBLEMS = 20
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
#: A namespace, or a ServiceAccount as ``namespace/name``.
_ACCOUNT = re.compile(_NAME.pattern + r"(/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?")
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_MODEL = re.compile(r"[^\x00-\x20\x7f*\ud800-\udfff]{1,256}\*?|\*")
#: RFC 3339 §5.6; Python's own parser also takes forms that other tools do not.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")


class KeyFileError(ValueError):
    """The key file cannot be used; each line says where, what was found and what to write instead."""


@dataclass(frozen=True, slots=True)
class AllowedModels:
    """Which models may be used: exact names and prefixes, folded as routes' names are."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]

    @classmethod
    def of(cls, patterns: tuple[str, ...]) -> "AllowedModels":
        """From ``glm-4.7`` (one model), ``kimi-*`` (all that start so) and ``*`` (all)."""
        folded = [fold(pattern) for pattern in patterns]
        return cls(
            exact=frozenset(text for text in folded if not text.endswith("*")),
            prefixes=tuple(sorted({text[:-1] for text in folded if text.endswith("*")})),
        )

    def allow(self, folded: str) -> bool:
        """Whether a folded model name is one of them."""
        return folded in self.exact or folded.startswith(self.prefixes)


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key: ``digest`` is the SHA-256 of its text, ``expires`` Unix seconds (None: never).

    A model must be allowed by every member of ``models``: the tenant's and the key's; an empty tuple allows
    every model. ``limits`` are the tenant's, the same in all its entries.
    """

    tenant: str
    name: str
    digest: bytes
    models: tuple[AllowedModels, ...] = ()
    limits: Limits = UNLIMITED
    expires: float | None = None


@dataclass(frozen=True, slots=True)
class TenantEntry:
    """One tenant: what its keys and ServiceAccounts share.

    ``service_accounts`` are those that call for it, each a namespace or ``namespace/name``.
    """

    name: str
    models: tuple[AllowedModels, ...] = ()
    limits: Limits = UNLIMITED
    service_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Everything that a key file says; ``tenants`` are all of them, also those that only their keys name."""

    keys: tuple[KeyEntry, ...] = ()
    tenants: tuple[TenantEntry, ...] = ()


def parse_key_file(text: str, source: str) -> KeyFile:
    """What a key file says; ``source`` names it in messages.

    Takes about 0.1 ms for each key: an event loop leaves it to a thread.

    Raises:
        KeyFileError: one line for each of the first 20 problems.
    """
    if len(text) > MAX_FILE_CHARACTERS:
        raise KeyFileError(f"{source}: found {len(text)} characters; write at most {MAX_FILE_CHARACTERS}")
    try:
        document = msgspec.convert(_load(text, source), _Document)
    except msgspec.ValidationError as error:
        raise KeyFileError(f"{source}: {_readable(str(error))}") from error
    return _Compilation(source, document).file()


class _Limits(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


class _Tenant(msgspec.Struct, forbid_unknown_fields=True):
    models: list[str] | None = None
    limits: _Limits | None = None
    service_accounts: list[str] = msgspec.field(default_factory=list, name="serviceAccounts")


class _Key(msgspec.Struct, forbid_unknown_fields=True):
    tenant: str
    name: str
    sha256: str
    models: list[str] | None = None
    limits: _Limits | None = None
    expires: str | None = None


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    keys: list[_Key]
    tenants: dict[str, _Tenant] = {}


class _StrictLoader(_Loader):
    """YAML's safe subset, where a field written twice is an error and a moment stays text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way to say it
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in _Loader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"{key.value[:60]!r} is written twice; write it once", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _load(text: str, source: str) -> object:
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - it derives from the safe loader
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise KeyFileError(f"{source}:{line}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise KeyFileError(f"{source}: found no readable YAML ({type(error).__name__})") from error


def _readable(problem: str) -> str:
    """msgspec's message with the place first: ``keys[3]: Object contains unknown field `modles```."""
    message, _, place = problem.partition(" - at `")
    place = place.rstrip("`").removeprefix("$").removeprefix(".")
    hint = "; put it in quotes" if message.startswith("Expected `str`, got `") else ""
    return f"{place or 'the file'}: {message}{hint}"


class _Compilation:
    """Turns a document of the right types into entries and collects what is wrong with it."""

    def __init__(self, source: str, document: _Document) -> None:
        self._source = source
        self._document = document
        self._problems: list[str] = []
        self._digests: dict[bytes, str] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._accounts: dict[str, str] = {}
        self._limits: dict[str, tuple[Limits, str]] = {}

    def file(self) -> KeyFile:
        if len(self._document.keys) > MAX_KEYS:
            raise KeyFileError(f"{self._source}: found {len(self._document.keys)} keys; write at most {MAX_KEYS}")
        for tenant, written in self._document.tenants.items():
            self._tenant(f"tenants.{tenant[:63]}", tenant, written)
        for index, key in enumerate(self._document.keys):
            if len(self._problems) < _MAX_PROBLEMS and key.limits is not None:
                self._remember_limits(f"keys[{index}].limits", key.tenant, key.limits)
        entries = [
            self._entry(f"keys[{index}]", key)
            for index, key in enumerate(self._document.keys)
            if len(self._problems) < _MAX_PROBLEMS
        ]
        if self._problems:
            raise KeyFileError("\n".join(f"{self._source}: {line}" for line in self._problems[:_MAX_PROBLEMS]))
        return KeyFile(tuple(entries), self._tenants())

    def _tenants(self) -> tuple[TenantEntry, ...]:
        written = self._document.tenants
        names = dict.fromkeys([*written, *(key.tenant for key in self._document.keys)])
        return tuple(self._tenant_entry(name, written.get(name)) for name in names)

    def _tenant_entry(self, name: str, written: _Tenant | None) -> TenantEntry:
        limits = self._limits.get(name, (UNLIMITED, ""))[0]
        if written is None:
            return TenantEntry(name, limits=limits)
        models = _allowed(written.models)
        return TenantEntry(name, () if models is None else (models,), limits, tuple(written.service_accounts))

    def _tenant(self, path: str, tenant: str, written: _Tenant) -> None:
        self._name(path, tenant)
        self._models(f"{path}.models", written.models)
        for index, account in enumerate(written.service_accounts):
            if len(self._problems) < _MAX_PROBLEMS:
                self._account(f"{path}.serviceAccounts[{index}]", account)
        if len(self._accounts) > MAX_SERVICE_ACCOUNTS:
            self._problem(path, f"{len(self._accounts)} ServiceAccounts", f"write at most {MAX_SERVICE_ACCOUNTS}")
        if written.limits is not None:
            self._remember_limits(f"{path}.limits", tenant, written.limits)

    def _entry(self, path: str, key: _Key) -> KeyEntry:
        self._name(f"{path}.tenant", key.tenant)
        self._name(f"{path}.name", key.name)
        self._once(self._names, (key.tenant, key.name), f"{path}.name", "a key of this tenant and name")
        tenant = self._document.tenants.get(key.tenant)
        models = (
            self._models(f"{path}.models", key.models),
            None if tenant is None else _allowed(tenant.models),
        )
        return KeyEntry(
            tenant=key.tenant,
            name=key.name,
            digest=self._digest(f"{path}.sha256", key.sha256),
            models=tuple(allowed for allowed in models if allowed is not None),
            limits=self._limits.get(key.tenant, (UNLIMITED, ""))[0],
            expires=self._moment(f"{path}.expires", key.expires),
        )

    def _name(self, path: str, name: str) -> None:
        if _NAME.fullmatch(name) is None:
            self._problem(path, name, "write at most 63 of a-z, 0-9 and -, not starting or ending with -")
        elif name == ANONYMOUS and not path.endswith(".name"):
            self._problem(path, name, "it is the tenant of callers without a key; write another name")

    def _account(self, path: str, account: str) -> None:
        if _ACCOUNT.fullmatch(account) is None:
            self._problem(path, account, "write a namespace, or a ServiceAccount as namespace/name")
        self._once(self._accounts, account, path, "the same")

    def _digest(self, path: str, text: str) -> bytes:
        if _DIGEST.fullmatch(text) is None:
            # What stands here may be the key itself, so it is not repeated.
            self._problems.append(
                f"{path}: found {len(text)} characters; write the SHA-256 of the key, 64 hexadecimal digits"
            )
            return b""
        digest = bytes.fromhex(text)
        self._once(self._digests, digest, path, "the same key")
        return digest

    def _models(self, path: str, patterns: list[str] | None) -> AllowedModels | None:
        for index, pattern in enumerate(patterns or ()):
            if _MODEL.fullmatch(pattern) is None:
                self._problem(f"{path}[{index}]", pattern, "write a model, the start of one and *, or *")
        if patterns is not None and len(patterns) > MAX_PATTERNS:
            self._problem(path, f"{len(patterns)} patterns", f"write at most {MAX_PATTERNS}")
        return _allowed(patterns)

    def _remember_limits(self, path: str, tenant: str, written: _Limits) -> None:
        """Limits belong to the tenant, because its keys share one bucket: two opinions are one too many."""
        limits = Limits(written.requests_per_minute, written.tokens_per_minute)
        for field, value in (
            ("requestsPerMinute", limits.requests_per_minute),
            ("tokensPerMinute", limits.tokens_per_minute),
        ):
            if value is not None and not 1 <= value <= 1_000_000_000_000:
                self._problem(f"{path}.{field}", value, "write a whole number from 1, or leave it out")
        known, place = self._limits.setdefault(tenant, (limits, path))
        if known != limits:
            self._problems.append(
                f"{path}: differs from {place}, and a tenant has one set of limits; "
                f"write it once, under tenants.{tenant[:63]}"
            )

    def _moment(self, path: str, text: str | None) -> float | None:
        if text is None:
            return None
        try:
            if _MOMENT.fullmatch(text) is None:
                raise ValueError("not in the form of RFC 3339")
            return datetime.fromisoformat(text.upper()).astimezone(UTC).timestamp()
        except (ValueError, OverflowError):
            self._problem(path, text, "write a moment with its time zone, such as 2027-01-31T00:00:00Z")
            return None

    def _once(self, seen: dict[Any, str], thing: Hashable, path: str, what: str) -> None:
        first = seen.setdefault(thing, path)
        if first != path:
            self._problems.append(f"{path}: {what} is already at {first}; write each once")

    def _problem(self, path: str, found: object, write: str) -> None:
        self._problems.append(f"{path}: found {str(found)[:80]!r}; {write}")


def _allowed(patterns: list[str] | None) -> AllowedModels | None:
    return None if patterns is None else AllowedModels.of(tuple(patterns))
