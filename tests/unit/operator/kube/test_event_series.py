"""Which Events are worth writing."""

import pytest

from sealane_operator.kube.event_series import (
    BURST_OF_OBJECT,
    REFILL_SECONDS,
    REPEAT_SECONDS,
    SERIES_SECONDS,
    EventSeries,
    SeriesBook,
)


def _key(text: str = "t", uid: str = "1") -> tuple[str, str, str]:
    return (uid, "Reason", text)


def _written(book: SeriesBook, now: float, text: str = "t") -> EventSeries:
    series, is_new = book.note(_key(text), f"/events/{text}", now)
    assert series is not None
    assert is_new
    book.wrote(series, 1, now)
    return series


def test_a_repetition_is_counted_in_the_event_that_there_is() -> None:
    """As long as it comes within the time of a series; then a new one begins."""
    book = SeriesBook()
    series = _written(book, 0.0)

    assert book.note(_key(), "/events/other", SERIES_SECONDS - 1) == (series, False)
    assert (series.count, series.path) == (2, "/events/t")
    again, is_new = book.note(_key(), "/events/other", 2 * SERIES_SECONDS)
    assert is_new
    assert again is not series


def test_another_object_reason_or_text_is_another_event() -> None:
    """Only what says the same of the same is one."""
    book = SeriesBook()
    keys = [("1", "A", "t"), ("2", "A", "t"), ("1", "B", "t"), ("1", "A", "u")]

    assert all(book.note(key, "/events/x", 0.0)[1] for key in keys)


def test_a_count_is_written_seldom() -> None:
    """Not before a minute has passed since the last write, and only when there is news."""
    book = SeriesBook()
    series = _written(book, 0.0)
    assert book.unwritten(REPEAT_SECONDS) == []
    book.note(_key(), "", 1.0)

    assert book.unwritten(REPEAT_SECONDS - 1) == []
    assert book.unwritten(REPEAT_SECONDS) == [series]
    book.wrote(series, 2, REPEAT_SECONDS)
    assert book.unwritten(3 * REPEAT_SECONDS) == []


def test_the_last_count_of_a_series_is_written_before_it_is_forgotten() -> None:
    """However long nobody looked."""
    book = SeriesBook()
    series = _written(book, 0.0)
    book.note(_key(), "", 1.0)

    assert book.unwritten(10 * SERIES_SECONDS) == [series]
    book.wrote(series, 2, 10 * SERIES_SECONDS)
    assert book.unwritten(10 * SERIES_SECONDS) == []
    assert book.note(_key(), "", 2.0)[1]


def test_one_object_may_not_say_everything() -> None:
    """A burst, then one each few seconds; another object is not held up by it, and repetitions cost nothing."""
    book = SeriesBook()
    said = [book.note(_key(f"text {i}"), "", 0.0)[0] is not None for i in range(BURST_OF_OBJECT + 3)]

    assert said == [True] * BURST_OF_OBJECT + [False] * 3
    assert book.note(_key("text 0"), "", 0.0)[0] is not None
    assert book.note(_key("other", uid="2"), "", 0.0)[0] is not None
    assert book.note(_key("later"), "", REFILL_SECONDS)[0] is not None
    assert book.note(_key("too soon"), "", REFILL_SECONDS)[0] is None


def test_what_could_not_be_written_begins_anew() -> None:
    """The next occurrence is a new Event."""
    book = SeriesBook()
    series = _written(book, 0.0)
    book.forget(series)
    book.forget(series)

    assert book.note(_key(), "/events/other", 1.0)[1]


@pytest.mark.parametrize("rounds", [50])
def test_its_memory_is_bounded(rounds: int) -> None:
    """The longest unheard series and objects are forgotten first."""
    book = SeriesBook(max_series=3, max_objects=2)
    for number in range(rounds):
        book.note(_key(uid=str(number)), "", float(number))

    assert len(book._series) == 3
    assert len(book._allowances) == 2
    assert not book.note(_key(uid=str(rounds - 1)), "", float(rounds))[1]
