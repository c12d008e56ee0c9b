"""The reports to the investigator, put together from the settings; without an address only facts are counted."""

import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from sealane_router.layers.retrying import FailedHook
from sealane_router.report.backlog import Backlog
from sealane_router.report.credential_names import CredentialNames
from sealane_router.report.delivery import Delivery
from sealane_router.report.describing import EventWriter
from sealane_router.report.facts import Facts
from sealane_router.report.folding import Folding
from sealane_router.report.noting import ErrorNotes
from sealane_router.report.sending import Sender
from sealane_router.settings.groups import InvestigatorSettings
from sealane_telemetry.error_text.credentials import credential_class
from sealane_telemetry.error_text.redaction import ErrorTextRedactor
from sealane_telemetry.report_metrics import ReportMetrics

from .source import ConfigurationError

#: A shorter key could be guessed.
_LEAST_KEY = 16
_MOST_KEY = 4096
#: Seconds for which the thread that redacts may keep the interpreter from the event loop, which asks for it after each
#: wait for a socket; Python's own value is 5 ms.
_SWITCH_INTERVAL = 0.0005


class ErrorReports:
    """What a gateway counts and sends for the investigator.

    ``notes`` is None where there is no investigator. Raises ConfigurationError for a key file that cannot be used.
    """

    def __init__(self, settings: InvestigatorSettings, metrics: ReportMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._key = os.urandom(32) if settings.event_key is None else _key_in(settings.event_key)
        names = CredentialNames(self._key, credential_class)
        self.facts = Facts(names)
        self.self_tenant = settings.self_tenant
        self.notes: ErrorNotes | None = None
        self._sender: Sender | None = None
        self._open = AsyncExitStack()
        if settings.url:
            self._backlog = Backlog(metrics)
            self._folding = Folding(self._backlog)
            self.notes = ErrorNotes(self._backlog, self._folding, names, self_tenant=settings.self_tenant)

    @property
    def noted(self) -> FailedHook | None:
        """What is told of each failed attempt."""
        return None if self.notes is None else self.notes.attempt_failed

    async def start(self, reporter: str, process: str) -> None:
        """Begin to send, as the router called ``reporter`` in this ``process``."""
        settings = self._settings
        if self.notes is None or settings.token_file is None:
            return
        delivery = await self._open.enter_async_context(Delivery(settings.url, settings.token_file))
        writer = EventWriter(reporter, process, ErrorTextRedactor(self._key).redact)
        self._sender = Sender(self._backlog, self._folding, writer, delivery, self._metrics)
        sys.setswitchinterval(_SWITCH_INTERVAL)
        self._sender.start()

    async def close(self) -> None:
        """Send what is left, for as long as the settings allow, and stop."""
        async with self._open:
            if self._sender is not None:
                await self._sender.close(self._settings.flush)


def _key_in(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            key = file.read(_MOST_KEY + 1).strip()
    except OSError as error:
        raise ConfigurationError(f"SEALANE_EVENT_KEY_FILE: {path}: {error.strerror}") from error
    if not _LEAST_KEY <= len(key) <= _MOST_KEY:
        raise ConfigurationError(f"SEALANE_EVENT_KEY_FILE: {path} must hold {_LEAST_KEY} to {_MOST_KEY} bytes")
    return key
