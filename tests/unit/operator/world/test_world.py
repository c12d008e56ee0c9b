"""What the watches have shown."""

from typing import Any

from sealane_operator.world.kinds import WatchedKind
from sealane_operator.world.world import World

ROUTES, REVISIONS = WatchedKind.ROUTES, WatchedKind.REVISIONS


def _item(name: str, namespace: str = "team", **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": namespace}, **more}


class _Scene:
    def __init__(self, *scopes: str | None, **limits: int) -> None:
        self.marked: list[str] = []
        self.world = World(scopes or (None,), self.marked.append, **limits)

    def show(self, kind: WatchedKind, *names: str, scope: str | None = None) -> None:
        """A whole list, a page for each name."""
        self.world.begin(kind, scope)
        for name in names:
            self.world.page(kind, scope, [_item(name, scope or "team")])
        self.world.end(kind, scope)

    def names(self) -> list[str]:
        found = self.world.revisions("team", "chat")
        return sorted(item["metadata"]["name"] for item in found)


def test_it_is_complete_when_every_list_was() -> None:
    """Before that nobody may believe that something is not there."""
    scene = _Scene("a", "b")
    for kind, scope in ((ROUTES, "a"), (ROUTES, "b"), (REVISIONS, "a")):
        scene.show(kind, scope=scope)
    assert not scene.world.complete
    scene.show(REVISIONS, scope="b")

    assert scene.world.complete


def test_what_a_new_list_does_not_show_is_gone() -> None:
    """A watch that was interrupted does not tell of deletions; who had those routes is told."""
    scene = _Scene()
    scene.show(ROUTES, "chat", "code")
    scene.show(REVISIONS, "chat-1", "chat-2", "code-1")
    scene.marked.clear()
    scene.show(ROUTES, "chat")
    scene.show(REVISIONS, "chat-2")

    assert list(scene.world.routes) == ["team/chat"]
    assert scene.names() == ["chat-2"]
    assert (scene.world.size(ROUTES), scene.world.size(REVISIONS)) == (1, 1)
    assert scene.marked.count("team/code") == 1
    assert "team/chat" in scene.marked


def test_a_list_that_was_broken_off_takes_nothing_away() -> None:
    """Only a complete one knows what is not there."""
    scene = _Scene()
    scene.show(ROUTES, "chat", "code")
    scene.world.begin(ROUTES, None)
    scene.world.page(ROUTES, None, [_item("chat")])
    scene.show(ROUTES, "code")

    assert list(scene.world.routes) == ["team/code"]


def test_the_list_of_one_namespace_says_nothing_about_another() -> None:
    """Each namespace has a watch of its own."""
    scene = _Scene("team", "other")
    scene.show(ROUTES, "chat", scope="team")
    scene.show(ROUTES, scope="other")

    assert list(scene.world.routes) == ["team/chat"]


def test_a_revision_marks_the_route_whose_name_it_bears() -> None:
    """When that is there; a route that comes later is looked at anyway."""
    scene = _Scene()
    scene.world.put(REVISIONS, _item("chat-1"))
    scene.world.put(ROUTES, _item("chat"))
    scene.marked.clear()
    scene.world.put(REVISIONS, _item("chat-2"))
    scene.world.put(REVISIONS, _item("chat-x-1"))
    scene.world.remove(REVISIONS, "team/chat-1")
    scene.world.remove(REVISIONS, "team/chat-9")

    assert scene.marked == ["team/chat", "team/chat"]
    assert scene.names() == ["chat-2"]


def test_a_route_that_is_gone_is_looked_at_once_more() -> None:
    """One that nobody knew is not."""
    scene = _Scene()
    scene.world.put(ROUTES, _item("chat"))
    scene.marked.clear()
    scene.world.remove(ROUTES, "team/chat")
    scene.world.remove(ROUTES, "team/chat")

    assert scene.marked == ["team/chat"]


def test_there_is_room_for_so_many_and_no_more() -> None:
    """What is known stays known and changes; what is above the limit is counted."""
    scene = _Scene(max_routes=1, max_revisions=2)
    scene.show(ROUTES, "chat", "code")
    scene.show(REVISIONS, "chat-1", "chat-2", "chat-3", "code-1")
    scene.world.put(ROUTES, _item("chat", spec={"suspend": True}))
    scene.world.put(REVISIONS, _item("chat-2"))

    assert list(scene.world.routes) == ["team/chat"]
    assert scene.world.routes["team/chat"]["spec"] == {"suspend": True}
    assert scene.names() == ["chat-1", "chat-2"]
    assert scene.world.refused == {ROUTES: 1, REVISIONS: 2}
