"""One batch and what becomes of it, over a socket."""

from pathlib import Path

import pytest

from sealane_router.report.delivery import LONGEST_RETRY_AFTER, Answer, Delivery, Verdict
from tests.support.investigator_stand_in import TOKEN, InvestigatorStandIn

BATCH = b'{"reporter":"r","epoch":"e","events":[],"dropped":0}'


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """The file of the token."""
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n", encoding="ascii")
    return path


def _replace(path: Path, content: bytes | None) -> None:
    path.unlink()
    if content is not None:
        path.write_bytes(content)


async def _posted(mood: str, token: Path, seconds: float = 5.0) -> Answer:
    async with InvestigatorStandIn() as investigator, Delivery(investigator.url, token, seconds=seconds) as delivery:
        investigator.mood = mood
        return await delivery.post(BATCH)


@pytest.mark.parametrize(
    ("mood", "answer"),
    [
        ("well", Answer(Verdict.ACCEPTED, "accepted")),
        ("slow", Answer(Verdict.ACCEPTED, "accepted")),
        ("400", Answer(Verdict.REFUSED, "refused")),
        ("413", Answer(Verdict.REFUSED, "refused")),
        ("422", Answer(Verdict.REFUSED, "refused")),
        ("401", Answer(Verdict.LATER, "unauthorized")),
        ("403", Answer(Verdict.LATER, "unauthorized")),
        ("404", Answer(Verdict.LATER, "status")),
        ("429:7", Answer(Verdict.LATER, "busy", 7.0)),
        ("503:2", Answer(Verdict.LATER, "busy", 2.0)),
        ("503:86400", Answer(Verdict.LATER, "busy", LONGEST_RETRY_AFTER)),
        ("503:Wed, 21 Oct 2015 07:28:00 GMT", Answer(Verdict.LATER, "busy")),
        ("500", Answer(Verdict.LATER, "status")),
        ("200", Answer(Verdict.LATER, "status")),
        ("302", Answer(Verdict.LATER, "status")),
        ("reset", Answer(Verdict.LATER, "connect")),
        ("garbage", Answer(Verdict.LATER, "connect")),
    ],
)
async def test_every_way_to_answer_is_a_verdict(token: Path, mood: str, answer: Answer) -> None:
    """Only 202 says that a batch is kept; whoever answers 200 to everything is no investigator."""
    assert await _posted(mood, token) == answer


async def test_who_does_not_answer_is_not_waited_for(token: Path) -> None:
    """Longer than a batch may take."""
    assert await _posted("hang", token, seconds=0.05) == Answer(Verdict.LATER, "timeout")


async def test_nobody_listens(token: Path) -> None:
    """A connection is refused."""
    async with InvestigatorStandIn() as investigator:
        url = investigator.url
    async with Delivery(url, token) as delivery:
        assert await delivery.post(BATCH) == Answer(Verdict.LATER, "connect")


async def test_a_token_is_read_at_each_batch(token: Path) -> None:
    """A Secret that is replaced needs no restart."""
    async with InvestigatorStandIn() as investigator, Delivery(investigator.url + "/", token) as delivery:
        await delivery.post(BATCH)
        _replace(token, b"another")
        await delivery.post(BATCH)

        assert investigator.tokens == [TOKEN, "another"]


@pytest.mark.parametrize("content", [None, b"", b"\n", b"two words", b"line\nline", b"\xff", b"x" * 9000])
async def test_without_a_token_nothing_is_sent(token: Path, content: bytes | None) -> None:
    """It may come: what waits is kept."""
    _replace(token, content)
    async with InvestigatorStandIn() as investigator, Delivery(investigator.url, token) as delivery:
        assert await delivery.post(BATCH) == Answer(Verdict.LATER, "no_token")
        assert investigator.bodies == []


async def test_a_delivery_posts_inside_its_block(token: Path) -> None:
    """Its connections belong to a loop."""
    with pytest.raises(RuntimeError, match="inside its async with block"):
        await Delivery("http://127.0.0.1:1", token).post(BATCH)
