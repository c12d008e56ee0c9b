"""Many that are alike."""

from sealane_router.report.folding import MAX_KINDS, WINDOW, Folding
from tests.support.error_entries import backlog_of, entry_of


def test_the_first_goes_at_once_and_the_others_as_one() -> None:
    """With their number, and the time and ids of the last."""
    backlog = backlog_of()
    folding = Folding(backlog)
    for number in range(100):
        entry = entry_of(code="model_not_found")
        entry.request_id, entry.occurred_at = f"{number:032}", float(number)
        folding.put(entry, 5.0)
    before = [entry.count for entry in backlog.part(0, 9)]
    folding.settle(5.0 + WINDOW - 0.1)
    early = len(backlog)
    folding.settle(5.0 + WINDOW)
    first, rest = backlog.part(0, 9)

    assert (before, early) == ([1], 1)
    assert (first.count, rest.count) == (1, 99)
    assert (rest.request_id, rest.occurred_at) == (f"{99:032}", 99.0)


def test_a_kind_that_goes_on_is_told_once_a_window() -> None:
    """And one that has stopped is new when it comes back."""
    backlog = backlog_of()
    folding = Folding(backlog)
    counts = []
    for window in range(4):
        for _ in range(0 if window == 2 else 10):
            folding.put(entry_of(), window * WINDOW)
        folding.settle((window + 1) * WINDOW)
        counts.append([entry.count for entry in backlog.part(0, 99)])
        backlog.release(len(backlog))

    assert counts == [[1, 9], [10], [], [1, 9]]


def test_what_differs_is_told_apart() -> None:
    """Another model, another tenant, another key that was refused."""
    backlog = backlog_of()
    folding = Folding(backlog)
    other = entry_of()
    other.tenant = "other"
    refused = entry_of()
    refused.credential_class = "sk-or-"
    for entry in (entry_of(), entry_of(model="kimi-x"), entry_of(code="x"), entry_of("y"), other, refused):
        folding.put(entry, 0.0)

    assert len(backlog) == 6


def test_clients_cannot_make_kinds_without_end() -> None:
    """Beyond so many kinds only the code is told apart, and no error is forgotten."""
    backlog = backlog_of()
    folding = Folding(backlog)
    for number in range(10 * MAX_KINDS):
        folding.put(entry_of(model=f"m{number}", code="model_not_found"), 0.0)
    assert len(backlog) == MAX_KINDS + 1
    folding.settle(WINDOW)
    entries = backlog.part(0, 10 * MAX_KINDS)

    assert sum(entry.count for entry in entries) == 10 * MAX_KINDS
    assert (entries[-1].model, entries[-1].count) == ("", 9 * MAX_KINDS - 1)


def test_windows_are_open_while_something_may_come() -> None:
    """So that nobody has to look when there is nothing to look for."""
    folding = Folding(backlog_of())
    states = [folding.open]
    folding.put(entry_of(), 0.0)
    states.append(folding.open)
    folding.settle(WINDOW)
    states.append(folding.open)

    assert states == [False, True, False]


def test_at_the_end_nothing_is_held_back() -> None:
    """However young its window is."""
    backlog = backlog_of()
    folding = Folding(backlog)
    for _ in range(3):
        folding.put(entry_of(), 0.0)
    folding.settle(float("inf"))

    assert [entry.count for entry in backlog.part(0, 9)] == [1, 2]
