"""The queue of keys, in a time that the tests tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_operator.world.queue import LONGEST_BACKOFF, Queue


def _queue() -> Queue:
    return Queue(chance=lambda: 0.0)


def test_keys_are_looked_at_in_the_order_of_their_marks() -> None:
    """Each once, however often it was marked."""
    queue = _queue()
    for key in ("a", "b", "a", "c", "b"):
        queue.mark(key, 0.0)

    assert [queue.start(1.0) for _ in range(4)] == ["a", "b", "c", None]


def test_a_key_never_runs_twice_and_no_mark_is_lost() -> None:
    """A mark during a look gives one more look after it, whatever the look asked for."""
    queue = _queue()
    queue.mark("a", 0.0)
    assert queue.start(0.0) == "a"
    queue.mark("a", 1.0)
    queue.mark("a", 2.0)
    assert queue.start(2.0) is None
    queue.done("a", 3.0, again=600.0)

    assert queue.start(3.0) == "a"
    queue.done("a", 4.0)
    assert (queue.start(4.0), queue.next_due) == (None, None)


def test_a_look_that_is_due_comes_at_its_time() -> None:
    """Not before, and in the order of time among others that are ready."""
    queue = _queue()
    for key, again in (("a", 5.0), ("b", 3.0)):
        queue.mark(key, 0.0)
        queue.start(0.0)
        queue.done(key, 0.0, again)

    assert (queue.next_due, queue.start(2.9)) == (3.0, None)
    assert [queue.start(5.0) for _ in range(3)] == ["b", "a", None]


def test_a_mark_comes_before_the_time() -> None:
    """And what was due is not looked at a second time then."""
    queue = _queue()
    queue.mark("a", 0.0)
    queue.start(0.0)
    queue.done("a", 0.0, again=5.0)
    queue.mark("a", 1.0)

    assert queue.start(1.0) == "a"
    queue.done("a", 1.0)
    assert (queue.start(9.0), queue.next_due, queue.delayed) == (None, None, 0)


def test_pauses_grow_with_each_failure_up_to_the_longest() -> None:
    """And begin anew after a success."""
    queue = _queue()
    queue.mark("a", 0.0)
    now, pauses = 0.0, []
    for _ in range(12):
        assert queue.start(now) == "a"
        pauses.append(queue.failed("a", now))
        now += pauses[-1]
    assert queue.start(now) == "a"
    queue.done("a", now, again=0.0)
    queue.start(now)

    assert pauses[:4] == [0.2, 0.4, 0.8, 1.6]
    assert pauses[-1] == LONGEST_BACKOFF
    assert queue.failed("a", now) == 0.2


def test_pauses_are_not_all_alike() -> None:
    """A pause is shortened by up to a third, so that what failed together does not come back together."""
    queue = Queue(chance=lambda: 1.0)
    queue.mark("a", 0.0)
    queue.start(0.0)

    assert queue.failed("a", 0.0) == pytest.approx(0.2 * 2 / 3)


def test_a_mark_ends_a_pause_but_not_one_that_the_api_asked_for() -> None:
    """News may be the remedy of a failure; an API that is busy stays busy."""
    queue = _queue()
    for key in ("a", "b"):
        queue.mark(key, 0.0)
    assert [queue.start(0.0), queue.start(0.0)] == ["a", "b"]
    queue.mark("b", 0.0)
    queue.failed("a", 0.0)
    assert queue.failed("b", 0.0, retry_after=7.0) == 7.0
    queue.mark("a", 0.1)
    queue.mark("b", 0.1)

    assert [queue.start(0.1), queue.start(0.1), queue.start(6.9)] == ["a", None, None]
    assert queue.start(7.0) == "b"


def test_it_says_how_it_is_doing() -> None:
    """How many are ready, running and due, and since when."""
    waited: list[float] = []
    queue = Queue(waited=waited.append)
    for key in ("a", "b", "c"):
        queue.mark(key, 1.0)
    queue.start(2.0)
    queue.start(4.0)
    queue.done("a", 5.0, again=9.0)

    assert (queue.depth, queue.running, queue.delayed) == (1, 1, 1)
    assert (queue.oldest_ready(6.0), queue.oldest_running(6.0)) == (5.0, 2.0)
    assert (queue.figures.marks, queue.figures.looks, queue.figures.failures) == (3, 2, 0)
    assert waited == [1.0, 3.0]
    assert (_queue().oldest_ready(6.0), _queue().oldest_running(6.0)) == (0.0, 0.0)


def test_a_key_that_is_marked_forever_leaves_nothing_behind() -> None:
    """Outdated times are cleaned away, not collected."""
    queue = _queue()
    queue.mark("a", 0.0)
    for turn in range(10_000):
        assert queue.start(float(turn)) == "a"
        queue.done("a", float(turn), again=1e9)
        queue.mark("a", float(turn))

    assert len(queue._heap) < 100


@given(st.lists(st.tuples(st.sampled_from("mdf"), st.sampled_from("abc")), max_size=60))
def test_whatever_happens_each_mark_is_followed_by_a_look(steps: list[tuple[str, str]]) -> None:
    """Marks, ends and failures in any order: a key that was marked last is ready, running or due."""
    queue, now = _queue(), 0.0
    running: set[str] = set()
    owed: set[str] = set()
    for step, key in steps:
        now += 0.1
        if step == "m":
            queue.mark(key, now)
            owed.add(key)
        elif key in running:
            running.discard(key)
            queue.done(key, now) if step == "d" else queue.failed(key, now)
        while (started := queue.start(now)) is not None:
            assert started not in running
            running.add(started)
            owed.discard(started)
        assert owed <= running
    for key in list(running):
        queue.done(key, now)
    while (started := queue.start(now + 100)) is not None:
        owed.discard(started)
        queue.done(started, now + 100)
    assert owed == set()
