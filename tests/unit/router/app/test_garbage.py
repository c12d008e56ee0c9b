"""What lives long is kept from the collector."""

import gc

import pytest

from sealane_router.app.garbage import TableKeeper


def test_many_new_routes_are_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once or one by one; a few are not worth it."""
    done: list[str] = []
    monkeypatch.setattr(gc, "collect", lambda generation: done.append(f"collect {generation}"))
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    keeper = TableKeeper()
    assert [keeper.swapped(made) for made in (2000, 1, 62, 1, 0, 63)] == [True, False, False, True, False, False]
    assert done == ["collect 1", "freeze"] * 2
