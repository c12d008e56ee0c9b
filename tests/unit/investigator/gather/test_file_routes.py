"""Routes where there is no cluster."""

from typing import Any

from sealane_investigator.gather.file_routes import MAX_CHANGES, FileRoutes
from sealane_investigator.incident.facts import RevisionChange
from sealane_investigator.recommend.json_patch import is_valid


class _Router:
    """A router's page of its table."""

    def __init__(self) -> None:
        self.url = "https://api.moonshot.ai/v1"
        self.hash = "1"
        self.away = False

    async def config(self) -> dict[str, Any] | None:
        if self.away:
            return None
        provider = {"name": "moonshot", "dialect": "Moonshot", "baseURL": self.url}
        rule = {"name": "kimi", "models": [{"prefix": "kimi-"}], "targets": ["moonshot"]}
        shown = {"route": "default/chat", "hash": self.hash, "providers": [provider], "rules": [rule]}
        return {"settings": {}, "table": {"hash": "t", "routes": [shown, "nonsense"], "candidates": []}}


async def test_what_changed_between_two_looks_is_a_revision() -> None:
    """Numbered as it was seen: the first table is 1."""
    router = _Router()
    routes = FileRoutes(router.config)
    await routes.look(1.0)
    await routes.look(2.0)
    router.url, router.hash = "https://api.moonshot.cn/v1", "2"
    await routes.look(3.0)

    assert await routes.changes("default/chat") == (
        RevisionChange(
            route="default/chat",
            revision=2,
            previous=1,
            at=3.0,
            changed=("providers[moonshot].baseURL: https://api.moonshot.ai/v1 → https://api.moonshot.cn/v1",),
        ),
    )
    assert await routes.changes("default/other") == ()


async def test_a_change_that_the_router_does_not_show_is_one_all_the_same() -> None:
    """Its hash says so."""
    router = _Router()
    routes = FileRoutes(router.config)
    await routes.look(1.0)
    router.hash = "2"
    await routes.look(2.0)
    (change,) = await routes.changes("default/chat")

    assert change.changed == ("what its router does not show",)


async def test_a_router_that_is_away_changes_nothing() -> None:
    """What was seen stays."""
    router = _Router()
    routes = FileRoutes(router.config)
    await routes.look(1.0)
    router.away = True
    await routes.look(2.0)

    assert await routes.changes("default/chat") == ()
    assert await routes.live("default/chat") is not None


async def test_what_is_served_is_shown_as_a_route_that_can_be_judged() -> None:
    """So that advice about it is judged as well."""
    router = _Router()
    router.url = "http://127.0.0.1:9000/v1"
    routes = FileRoutes(router.config)
    await routes.look(1.0)
    live = await routes.live("default/chat")

    assert live is not None
    assert live["metadata"] == {"namespace": "default", "name": "chat"}
    assert is_valid(live, laptop=True)
    assert await routes.live("default/other") is None


async def test_only_the_last_changes_are_remembered() -> None:
    """Somebody may edit all day."""
    router = _Router()
    routes = FileRoutes(router.config)
    for number in range(MAX_CHANGES + 5):
        router.hash = str(number)
        await routes.look(float(number))
    changes = await routes.changes("default/chat")

    assert len(changes) == MAX_CHANGES
    assert changes[-1].revision == MAX_CHANGES + 5
