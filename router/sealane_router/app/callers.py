"""Who may call a router: the key file, swapped whole, and the ServiceAccounts whose tokens the cluster knows."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sealane_router.policy.authentication import Authenticator, Caller
from sealane_router.policy.key_file import UNLIMITED, KeyFileError, parse_key_file
from sealane_router.policy.limits import RequestLimits
from sealane_router.policy.service_account_tokens import NO_REVIEWS, Reviews
from sealane_router.routing.watcher import FileWatcher
from sealane_router.settings.reading import Settings
from sealane_telemetry.health import Check
from sealane_telemetry.logs import get_logger
from sealane_telemetry.token_metrics import TokenMetrics

from .changes import Changes
from .source import ConfigurationError

if TYPE_CHECKING:
    from .tokens import Tokens

_log = get_logger("sealane.configuration")

MAX_KEY_FILE = 64 * 1024 * 1024
_NO_LIMITS = RequestLimits(UNLIMITED, 0.0)


def callers_of(settings: Settings, metrics: TokenMetrics, changes: Changes) -> "Callers":
    """Return those that a router's settings name; raises ConfigurationError."""
    tokens = None
    if settings.tokens.review:
        # A router that takes no tokens does not load what it takes to ask about them.
        from .tokens import Tokens

        tokens = Tokens(settings.tokens, settings.cluster.kubeconfig, metrics)
    return Callers(settings.sources.keys, tokens, changes)


class Callers:
    """``authenticator`` is replaced whole by :meth:`poll`; a key file that cannot be used leaves it as it is.

    ``keys`` is that file; with neither it nor ``tokens`` anybody is admitted. Raises ConfigurationError.
    """

    def __init__(self, keys: Path | None, tokens: "Tokens | None", changes: Changes) -> None:
        self._keys = keys
        self._tokens = tokens
        self._changes = changes
        self._watcher = FileWatcher([] if keys is None else [keys])
        self._limits: dict[str, RequestLimits] = {}
        self.authenticator = self._read()

    @property
    def reviews(self) -> Reviews:
        """Who knows whose tokens are."""
        return NO_REVIEWS if self._tokens is None else self._tokens.reviews

    @property
    def problem(self) -> str | None:
        """Why the newest key file is not in force, None when it is."""
        return self._changes.problem("keys")

    @property
    def checks(self) -> Sequence[Check]:
        """Whether the newest key file is in force, and tokens can be reviewed."""
        checks = [Check("keys-file", lambda: self.problem, advisory=True)]
        if self._tokens is not None:
            checks.append(Check("token-reviews", self._tokens.problem, advisory=True))
        return checks

    def limits_of(self, caller: Caller) -> RequestLimits:
        """The buckets of the caller's tenant, which all its keys and ServiceAccounts share."""
        limits = self._limits.get(caller.tenant)
        if limits is None:
            if caller.limits is UNLIMITED:  # namespaces come and go; what has no limit leaves nothing behind
                return _NO_LIMITS
            limits = self._limits[caller.tenant] = RequestLimits(caller.limits, time.monotonic())
        return limits

    async def open(self) -> None:
        """Make ready to ask whose tokens are; raises ConfigurationError."""
        if self._tokens is not None:
            await self._tokens.open()

    async def poll(self) -> None:
        """Look at the key file once and take it over when it changed."""
        if not self._watcher.changed():
            return
        try:
            # A large file takes long to read; exchanges go on meanwhile.
            self.authenticator = await asyncio.to_thread(self._read)
        except ConfigurationError as error:
            self._changes.refuse("keys", str(error))
            return
        self._changes.take("keys")
        self._follow_tenants()
        _log.info("keys_reloaded")

    async def close(self) -> None:
        """Ask nobody any more."""
        if self._tokens is not None:
            await self._tokens.close()

    def _read(self) -> Authenticator:
        path = self._keys
        if path is None:
            return Authenticator.accepting_anybody() if self._tokens is None else Authenticator(())
        try:
            if path.stat().st_size > MAX_KEY_FILE:
                raise KeyFileError(f"{path}: the key file is above {MAX_KEY_FILE} bytes")
            file = parse_key_file(path.read_text(encoding="utf-8"), str(path))
        except (KeyFileError, OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(str(error)) from error
        return Authenticator(file.keys, file.tenants)

    def _follow_tenants(self) -> None:
        """Tenants that are still there keep their levels; the others are forgotten."""
        now = time.monotonic()
        limits = self.authenticator.tenants()
        for tenant in [tenant for tenant in self._limits if tenant not in limits]:
            del self._limits[tenant]
        for tenant, buckets in self._limits.items():
            buckets.reconfigure(limits[tenant], now)
