"""Keys rotate without a restart; what is wrong with one route is said in words, and the others keep serving."""

import time
from pathlib import Path

from tests.support.proof_scene import Chat, Figures
from tests.support.resources import Document, provider, route, rule
from tests.support.sealane_world import KEY, World

_NEW_KEY = "sk-of-the-proof-rotated"
#: The issue: keys rotate within 10 s.
_BOUND = 10.0


def test_keys_rotate_without_a_restart(sealane: World, chat: Chat, figures: Figures) -> None:
    """Every router sends the new key within ten seconds, and no request fails on the way."""
    stub = sealane.stubs["good"]
    stub.terms.accepted_keys = frozenset({KEY, _NEW_KEY})
    with sealane.traffic() as clients:
        begun = time.monotonic()
        sealane("patch", "secret", "moonshot", "--patch", f'{{"stringData": {{"api-key": "{_NEW_KEY}"}}}}')
        # The stub remembers its last 100 requests: half a second of all three routers.
        sealane.until(lambda: {each.key for each in stub.requests} == {_NEW_KEY}, "the new key is sent")
        took = time.monotonic() - begun
        stub.terms.accepted_keys = frozenset({_NEW_KEY})
        clients.wait_for(300)
        failed = [each for each in clients.seen if not each.good]

    assert took < _BOUND
    assert failed == []
    figures.add("Keys", "from the Secret's change until every router sends the new one", f"{took:.1f} s", "10 s")
    figures.add("Keys", "requests failed meanwhile", "0", "0")


def _of(world: World, name: str, model: Document, secret: str = "moonshot", key: str = "api-key") -> Document:
    base = provider(
        baseURL=world.stubs.url("good"),
        allowInsecure=True,
        credential={"secretRef": {"name": secret, "key": key}},
    )
    return route(name, providers=[base], rules=[rule(models=[model])])


def test_what_is_wrong_is_said_and_the_rest_serves(empty_world: World, tmp_path: Path, figures: Figures) -> None:
    """Conflict, grant, missing Secret and wrong key: each its condition, its reason, and what to do."""
    world = empty_world
    grants = tmp_path / "grants.yaml"
    grants.write_text(f"- {{name: {world.namespace}, models: ['kimi-*', 'only-*']}}\n", encoding="utf-8")
    world.start_routers(3)
    world.tend(world.start_operator(settings={"SEALANE_GRANTS": str(grants)}))
    chat = Chat(world, steps=((50, 1),), bake=1)
    chat.serve()
    with world.traffic() as clients:
        world.apply(
            _of(world, "rival", {"prefix": "kimi-"}),
            _of(world, "greedy", {"prefix": "glm-"}),
            _of(world, "keyless", {"exact": "only-a"}, secret="nowhere"),
            _of(world, "misspelt", {"exact": "only-b"}, key="apikey"),
        )
        expected = {
            "rival": ("Accepted", "False/Conflicted", "chat"),
            "greedy": ("Accepted", "False/NotPermitted", "glm-"),
            "keyless": ("ResolvedRefs", "False/SecretNotFound", "nowhere"),
            "misspelt": ("ResolvedRefs", "False/KeyNotFound", "apikey"),
        }
        for name, (kind, said, word) in expected.items():
            world.until(lambda: world.condition(kind, name) == said, f"{name}: {said}")  # noqa: B023 - waited for here
            assert word in world.message(kind, name)
            figures.add("What is wrong", name, f"{kind}={said}: {world.message(kind, name)}")
        clients.wait_for(300)
        failed = [each for each in clients.seen if not each.good]

    assert failed == []
    assert world.condition("Ready") == "True/Serving"
