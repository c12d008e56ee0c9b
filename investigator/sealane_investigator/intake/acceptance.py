"""What is accepted and how it is kept: the batch as the spool holds it, and the one way in for every source."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from sealane_api.diagnosis.error_event import ErrorBatch, ErrorEvent
from sealane_investigator.errors import BatchRefused

from .cleaning import Cleaning
from .spool import Spool


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A batch after redaction. ``received_at`` is in seconds since 1970; ``dropped`` is since the epoch began."""

    received_at: float
    reporter: str
    epoch: str
    events: tuple[ErrorEvent, ...]
    dropped: int = 0

    @property
    def lost(self) -> dict[str, int]:
        """What the store is told of events that were given up."""
        return {f"{self.reporter}/{self.epoch}": self.dropped} if self.dropped else {}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Accepted)


def encode_accepted(accepted: Accepted) -> bytes:
    """Return the payload of a frame."""
    return _encoder.encode(accepted)


def decode_accepted(payload: bytes) -> Accepted:
    """Read the payload of a frame; fields of a newer version are passed over.

    Raises:
        BatchRefused: it was written by a version that this one does not understand.
    """
    try:
        return _decoder.decode(payload)
    except msgspec.DecodeError as error:
        raise BatchRefused("the frame is not understood; a newer version may have written it", None) from error


class Keeping(Protocol):
    """Where accepted batches are made durable."""

    async def keep(self, accepted: Accepted) -> None:
        """Return once nothing that can happen to this process loses the batch.

        Raises:
            SpoolFull: there is no room, or the disk refuses.
            StoreUnavailable: the database does not take it.
        """


class SpoolKeeping:
    """Durable by the fsync of the spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    async def keep(self, accepted: Accepted) -> None:
        """Append to the spool. Raises SpoolFull."""
        await self._spool.append(encode_accepted(accepted))


class Intake:
    """The one way in: redacts, then keeps."""

    def __init__(
        self,
        cleaning: Cleaning,
        keeping: Keeping,
        *,
        watched: Callable[[int], None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``watched`` is told how many events were taken that nobody posted."""
        self._watched = watched
        self._cleaning = cleaning
        self._keeping = keeping
        self._now = now

    async def take(self, batch: ErrorBatch) -> None:
        """Return once the batch is durable; an empty one that dropped nothing is done at once.

        Raises:
            SpoolFull: there is no room; nothing of the batch was accepted.
            StoreUnavailable: the database does not answer and there is no spool.
        """
        if not batch.events and not batch.dropped:
            return
        now = self._now()
        await self._keeping.keep(
            Accepted(
                received_at=now,
                reporter=self._cleaning.name(batch.reporter),
                epoch=self._cleaning.name(batch.epoch),
                events=await self._cleaning.clean_all(batch.events, now),
                dropped=batch.dropped,
            )
        )

    async def take_events(self, events: Sequence[ErrorEvent]) -> None:
        """The same for events of one reporter that no batch came with, such as those of Kubernetes."""
        if events:
            first = events[0]
            await self.take(ErrorBatch(reporter=first.reporter, epoch=first.epoch, events=tuple(events)))
            self._watched(len(events))
