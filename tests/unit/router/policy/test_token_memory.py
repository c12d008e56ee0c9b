"""What is remembered of tokens, and for how long it counts."""

import pytest

from sealane_router.policy.service_accounts import ServiceAccount
from sealane_router.policy.token_memory import REFUSAL, RETRY, Confirmation, TokenMemory

CI = ServiceAccount("team-a", "ci")


def _memory(limit: int = 10, recheck: float = 30.0, outage: float = 600.0) -> TokenMemory:
    return TokenMemory(limit=limit, recheck=recheck, outage=outage)


def _known(memory: TokenMemory, digest: bytes = b"a", now: float = 0.0) -> Confirmation:
    found = memory.recall(digest, now)
    assert found is not None
    return found


def _confirmed(memory: TokenMemory, digest: bytes = b"a", asked: float = 0.0) -> Confirmation:
    memory.confirm(digest, CI, asked=asked, expires=9999.0)
    return _known(memory, digest, asked)


@pytest.mark.parametrize(
    ("age", "due", "good", "holds"),
    [
        (0.0, False, True, True),
        (29.9, False, True, True),
        (30.0, True, True, True),
        (44.9, True, True, True),
        (45.0, True, False, True),
        (599.9, True, False, True),
    ],
)
def test_a_confirmation_ages(age: float, due: bool, good: bool, holds: bool) -> None:
    """Good for three quarters of a minute, due before, and held for ten when nobody answers."""
    memory = _memory()
    known = _confirmed(memory)

    assert _known(memory, now=age) is known
    assert (memory.is_due(known, age), memory.is_good(known, age), memory.holds(known, age)) == (due, good, holds)


def test_after_the_longest_outage_it_is_forgotten() -> None:
    """Ten minutes old is not known at all."""
    memory = _memory()
    _confirmed(memory)

    assert memory.recall(b"a", 600.0) is None
    assert len(memory) == 0


def test_without_an_outage_to_bridge_it_is_good_all_the_same() -> None:
    """``0s`` holds nothing, and does not ask at every request."""
    memory = _memory(outage=0.0)
    known = _confirmed(memory)

    assert memory.is_good(_known(memory, now=44.0), 44.0)
    assert not memory.holds(known, 1.0)
    assert memory.recall(b"a", 45.0) is None


def test_a_review_that_failed_is_tried_again_after_a_while() -> None:
    """Not at every request."""
    memory = _memory()
    known = _confirmed(memory)
    known.tried = 30.0

    assert not memory.is_due(known, 30.0 + RETRY - 0.1)
    assert memory.is_due(known, 30.0 + RETRY)


def test_a_refusal_takes_the_confirmation_away_and_is_remembered_for_a_moment() -> None:
    """Then somebody may ask again."""
    memory = _memory()
    _confirmed(memory)
    memory.refuse(b"a", 10.0)

    assert memory.recall(b"a", 10.0) is None
    assert memory.is_refused(b"a", 10.0 + REFUSAL - 0.1)
    assert not memory.is_refused(b"a", 10.0 + REFUSAL)
    assert not memory.is_refused(b"b", 10.0)


def test_a_confirmation_takes_a_refusal_away() -> None:
    """What the API server said last counts."""
    memory = _memory()
    memory.refuse(b"a", 0.0)
    _confirmed(memory)

    assert not memory.is_refused(b"a", 0.0)


def test_past_the_limit_the_one_confirmed_longest_ago_goes() -> None:
    """Tokens in use are confirmed again and again, so it is one that is not."""
    memory = _memory(limit=2)
    for digest in (b"a", b"b", b"a", b"c"):
        _confirmed(memory, digest)

    assert [memory.recall(digest, 0.0) is not None for digest in (b"a", b"b", b"c")] == [True, False, True]
    assert len(memory) == 2


def test_refusals_have_the_same_limit_and_cost_no_confirmation() -> None:
    """A flood of bad tokens makes nobody unknown."""
    memory = _memory(limit=2)
    _confirmed(memory)
    for number in range(100):
        memory.refuse(b"bad-%d" % number, 0.0)

    assert memory.recall(b"a", 0.0) is not None
    assert [memory.is_refused(b"bad-%d" % number, 0.0) for number in (0, 97, 98, 99)] == [False, False, True, True]
