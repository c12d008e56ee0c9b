"""The one way in: redacted, then kept."""

from pathlib import Path

import msgspec
import pytest

from sealane_api.diagnosis.error_event import ErrorBatch
from sealane_investigator.errors import BatchRefused, SpoolFull
from sealane_investigator.intake.acceptance import (
    Accepted,
    Intake,
    SpoolKeeping,
    decode_accepted,
    encode_accepted,
)
from sealane_investigator.intake.cleaning import Cleaning
from sealane_investigator.intake.spool import Spool
from tests.support.reported import AT, accepted, batch, event


class _Kept:
    """Keeps in memory, or refuses."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.batches: list[Accepted] = []
        self._refusal = refusal

    async def keep(self, accepted: Accepted) -> None:
        if self._refusal is not None:
            raise self._refusal
        self.batches.append(accepted)


def _intake(kept: _Kept) -> Intake:
    return Intake(Cleaning(lambda text: text.replace("secret", "<words>")), kept, now=lambda: AT)


async def test_what_is_taken_is_redacted_and_kept() -> None:
    """With the moment at which it came and what the reporter dropped."""
    kept = _Kept()

    await _intake(kept).take(
        ErrorBatch(reporter="r", epoch="e", events=(event(1, message="a secret"), event(2)), dropped=3)
    )

    assert kept.batches == [
        Accepted(received_at=AT, reporter="r", epoch="e", events=(event(1, message="a <words>"), event(2)), dropped=3)
    ]
    assert kept.batches[0].lost == {"r/e": 3}


async def test_an_empty_batch_is_kept_only_for_what_it_dropped() -> None:
    """A reporter that gave everything up says so, too."""
    kept = _Kept()

    await _intake(kept).take(ErrorBatch(reporter="r", epoch="e"))
    await _intake(kept).take_events([])
    await _intake(kept).take(ErrorBatch(reporter="r", epoch="e", dropped=1))

    assert [len(each.events) for each in kept.batches] == [0]


async def test_events_without_a_batch_are_taken_the_same_way() -> None:
    """Those of Kubernetes."""
    kept = _Kept()
    watched: list[int] = []
    intake = Intake(Cleaning(str), kept, watched=watched.append, now=lambda: AT)

    await intake.take_events([event(1), event(2)])

    assert (kept.batches, watched) == ([accepted(1, 2)], [2])


async def test_a_refusal_reaches_who_sent_it() -> None:
    """It keeps the events and asks again."""
    with pytest.raises(SpoolFull):
        await _intake(_Kept(SpoolFull("full"))).take(batch(1))


async def test_the_spool_gives_back_what_was_accepted(tmp_path: Path) -> None:
    """Every member of every event."""
    spool = Spool(tmp_path, "one", limit=1024 * 1024)
    spool.open()
    await Intake(Cleaning(str), SpoolKeeping(spool), now=lambda: AT).take(batch(1, 2))
    portion = await spool.next()
    await spool.close()

    assert portion is not None
    assert [decode_accepted(payload) for payload in portion.payloads] == [accepted(1, 2)]


def test_a_frame_of_a_newer_version_is_read_as_far_as_it_is_understood() -> None:
    """A replica of the release before may adopt it."""
    newer = {**msgspec.to_builtins(accepted(1)), "later": 1}

    assert decode_accepted(msgspec.msgpack.encode(newer)) == accepted(1)
    assert decode_accepted(encode_accepted(accepted(1))) == accepted(1)


@pytest.mark.parametrize("payload", [b"", b"\xc1", msgspec.msgpack.encode({"reporter": 1})])
def test_a_frame_that_is_not_understood_is_refused(payload: bytes) -> None:
    """It is told and kept aside by whoever reads it."""
    with pytest.raises(BatchRefused, match="not understood"):
        decode_accepted(payload)
