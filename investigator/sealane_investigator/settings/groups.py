"""What an investigator is told beside its database; the text under each field says why its default is what it is."""

# ruff: noqa: RUF009 - setting() returns what dataclasses.field() returns

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sealane_telemetry.settings.variable import Address, address, choice, count, duration, path, setting, size, switch

_IDENTITY = re.compile(r"[A-Za-z0-9._-]{0,100}")


def process_name(text: str) -> str:
    """A name as pods have; empty text is none."""
    if _IDENTITY.fullmatch(text) is None:
        raise ValueError("write at most 100 letters, digits, dots, dashes and underscores")
    return text


def http_url(text: str) -> str:
    """An address that is posted to or linked; empty text is none."""
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(text) > 2_048:
        raise ValueError("write https://HOST/PATH")
    return text


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where it listens, and whom it lets in."""

    listen: Address = setting("SEALANE_INVESTIGATOR_LISTEN", "0.0.0.0:8081", "host:port", address)
    """Where errors arrive and incidents are read. Nothing but the probes and ``/metrics`` answers without a token."""

    tokens: Path | None = setting("SEALANE_INVESTIGATOR_TOKENS", "", "file", path)
    """The token file. Required: there is no anonymous access. A changed file is read again within seconds."""

    identity: str = setting("SEALANE_IDENTITY", "", "name", process_name)
    """What leases and the spool's directory call this process: the pod's name. Empty: the host's name. Each process
    adds a random word, for one that starts again is another."""

    event_key: Path | None = setting("SEALANE_EVENT_KEY_FILE", "", "file", path)
    """The key, 16 bytes or more, with which what is redacted is hashed; the same as the routers', then the same
    credential has the same mark from everywhere. Empty: a random one of this process."""

    uvloop: bool = setting("SEALANE_UVLOOP", "true", "true or false", switch)
    """Use uvloop where it is installed. Off for debugging with asyncio's own tools."""

    log_level: str = setting(
        "SEALANE_LOG_LEVEL", "info", "a level", choice("debug", "info", "warning", "error", "critical")
    )
    """The least severe line that is written. Error texts, prompts and keys appear at no level."""


@dataclass(frozen=True, slots=True)
class SpoolSettings:
    """Where accepted events wait for the database."""

    spool: Path | None = setting("SEALANE_SPOOL", "", "directory", path)
    """A directory on a disk that outlives the process; replicas may share it. Empty: an error is answered 202 after the
    commit in the database, and while that is down senders keep what they have."""

    spool_limit: int = setting("SEALANE_SPOOL_LIMIT", "256MiB", "size", size(1024 * 1024, 64 * 1024**3))
    """What one process may keep there. An event takes some 430 bytes, so 256 MiB are 600,000 of them: five minutes of
    2,000 a second, hours of an ordinary bad day."""


@dataclass(frozen=True, slots=True)
class WorkSettings:
    """How much is done at once, and how it ends."""

    investigations: int = setting("SEALANE_INVESTIGATIONS", "4", "investigations", count(1, 64))
    """How many incidents are investigated at the same time. They mostly wait for routers and the model."""

    investigation_lease: float = setting("SEALANE_INVESTIGATION_LEASE", "90s", "duration", duration(5, 3_600))
    """For how long an investigation belongs to the replica that began it. One that died leaves it to the others."""

    stop_deadline: float = setting("SEALANE_STOP_DEADLINE", "10s", "duration", duration(0, 300))
    """How long the backlog may still be moved into the database after SIGTERM. What is left waits in the spool."""


@dataclass(frozen=True, slots=True, repr=False)
class NotificationSettings:
    """Who is told about incidents."""

    webhook_url: str = setting("SEALANE_WEBHOOK_URL", "", "URL", http_url)
    """Where new, regressed, escalating and resolved incidents are posted as JSON. Empty: nowhere."""

    webhook_secret: Path | None = setting("SEALANE_WEBHOOK_SECRET", "", "file", path)
    """The key of the HMAC-SHA256 in ``x-sealane-signature``. Empty: messages are not signed."""

    slack_url: Path | None = setting("SEALANE_SLACK_URL", "", "file", path)
    """A file with the address of an incoming webhook that takes Slack's format; the address is a secret, hence a file.
    Empty: nobody is told there."""

    public_url: str = setting("SEALANE_PUBLIC_URL", "", "URL", http_url)
    """How people reach the page, for links in messages. Empty: messages have no link."""

    def __repr__(self) -> str:
        """Without addresses, which may hold a secret."""
        return "NotificationSettings()"
