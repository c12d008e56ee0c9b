"""The files behind a router: the first reading, each edit, and what is kept."""

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sealane_router.app.callers import Callers
from sealane_router.app.changes import Changes
from sealane_router.app.configuration import Configuration
from sealane_router.app.route_files import RouteFiles
from sealane_router.app.source import ConfigurationError
from sealane_router.settings.groups import SourceSettings
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import means_of
from tests.support.routes import two_providers

ROUTE = "default/assistants"


class Live:
    """A configuration over files in ``folder``, and what it counted."""

    def __init__(self, folder: Path) -> None:
        self.routes = two_providers(folder, "http://127.0.0.1:1/v1", "http://127.0.0.1:2/api/paas/v4")
        self.registry = CollectorRegistry()
        self.configuration = _configuration(SourceSettings(routes=(self.routes,)), self.registry)

    def edit(self, old: str, new: str) -> None:
        """Change the route file."""
        self.routes.write_text(self.routes.read_text("utf-8").replace(old, new), "utf-8")

    def counted(self, name: str, kind: str) -> float:
        return self.registry.get_sample_value(f"sealane_config_{name}_total", {"kind": kind}) or 0.0


def _configuration(sources: SourceSettings, registry: CollectorRegistry) -> Configuration:
    changes = Changes(RouterMetrics(registry))
    callers = Callers(sources.keys, None, changes)
    return Configuration(RouteFiles(sources, {}, changes, laptop=True), callers, means_of(), changes)


async def test_nothing_changed_is_nothing_read(tmp_path: Path) -> None:
    """A look at the files costs no reload."""
    live = Live(tmp_path)
    serving = live.configuration.serving

    assert await live.configuration.poll() is False
    assert live.configuration.serving is serving
    assert (live.counted("reloads", "routes"), live.counted("reload_failures", "routes")) == (1, 0)


async def test_a_good_edit_is_in_force_after_one_look(tmp_path: Path) -> None:
    """The table is another one, and gates and clients of unchanged providers are the same."""
    live = Live(tmp_path)
    before = live.configuration.serving
    live.edit("prefix: glm-", "prefix: glm-4")

    assert await live.configuration.poll() is True
    after = live.configuration.serving
    assert after is not before
    assert after.matcher.match("glm-5") is None
    assert after.providers[ROUTE, "zai"].gate is before.providers[ROUTE, "zai"].gate
    assert after.providers[ROUTE, "zai"].client is before.providers[ROUTE, "zai"].client


async def test_a_bad_edit_is_refused_until_it_is_mended(tmp_path: Path) -> None:
    """Counted once however often somebody looks; the reason goes when the file is good again."""
    live = Live(tmp_path)
    before = live.configuration.serving
    live.edit("kind: ProviderRoute", "kind: ProviderRute")
    looks = [await live.configuration.poll() for _ in range(3)]
    reason = live.configuration.problem("routes")
    live.edit("kind: ProviderRute", "kind: ProviderRoute")

    assert looks == [False] * 3
    assert live.configuration.serving is before
    assert live.counted("reload_failures", "routes") == 1
    assert reason is not None
    assert "ProviderRute" in reason
    assert await live.configuration.poll() is True
    assert live.configuration.problem("routes") is None


@pytest.mark.parametrize("text", ["", "kind: Nonsense\n", "a: [", "\x00"])
def test_a_bad_file_at_the_start_is_an_error(tmp_path: Path, text: str) -> None:
    """There is no last good table to serve."""
    live = Live(tmp_path)
    live.routes.write_text(text, "utf-8")
    sources = SourceSettings(routes=(live.routes,))

    with pytest.raises(ConfigurationError, match=r"routes\.yaml"):
        _configuration(sources, CollectorRegistry())


def test_a_missing_file_at_the_start_is_an_error(tmp_path: Path) -> None:
    """Its name is in the message."""
    sources = SourceSettings(routes=(tmp_path / "nowhere.yaml",))

    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml"):
        _configuration(sources, CollectorRegistry())


async def test_the_callers_are_looked_at_too(tmp_path: Path) -> None:
    """What is wrong with the key file is told, and no reason to make a new table."""
    keys = tmp_path / "keys.yaml"
    keys.write_text("keys: []\n", "utf-8")
    routes = two_providers(tmp_path, "http://127.0.0.1:1/v1", "http://127.0.0.1:2/api/paas/v4")
    live = _configuration(SourceSettings(routes=(routes,), keys=keys), CollectorRegistry())
    keys.write_text("nonsense", "utf-8")
    changed = await live.poll()

    assert changed is False
    assert live.problem("keys") is not None
    assert live.problem("routes") is None
    assert [check.name for check in live.checks] == ["routes-file", "keys-file"]


async def test_players_stay_in_their_parts_over_an_edit(tmp_path: Path) -> None:
    """A reload must not send a first try's requests to the real provider."""
    live = Live(tmp_path)
    real = live.configuration.serving.providers[ROUTE, "moonshot"].provider
    player = replace(real, base_url="http://127.0.0.1:9/v1", credential=None)
    live.configuration.play({(ROUTE, "moonshot"): player})
    live.edit("prefix: glm-", "prefix: glm-4")
    changed = await live.configuration.poll()

    assert changed
    assert live.configuration.serving.providers[ROUTE, "moonshot"].provider == player
