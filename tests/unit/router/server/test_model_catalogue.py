"""The models behind ``GET /v1/models``, asked for when somebody asks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.route_table import Pattern, PatternKind, RouteTable, Target
from sealane_cli.stub.faults import Fault
from sealane_cli.stub.server import StubProvider
from sealane_router.aio.driver import drive
from sealane_router.server import model_catalogue
from sealane_router.server.model_catalogue import ModelCatalogue
from sealane_router.serving import Serving
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import ROUTE, provider_of, serving_of, table_of

EXACT = Pattern(PatternKind.EXACT, "kimi-exact")
PREFIX = Pattern(PatternKind.PREFIX, "kimi-")


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """Moonshot, which lists its models to anybody."""
    async with StubProvider("moonshot") as running:
        yield running


class _Catalogue:
    """A catalogue over one provider, and what it counted."""

    def __init__(self, serving: Serving, cache: float = 300.0) -> None:
        self.serving = serving
        self.registry = CollectorRegistry()
        self.catalogue = ModelCatalogue(lambda: self.serving, RouterMetrics(self.registry), cache=cache)

    async def names(self) -> list[str]:
        return [model.id for model in await drive(self.catalogue.models())]

    def refreshed(self, result: str) -> float:
        labels = {"route": ROUTE, "provider": "moonshot", "result": result}
        return self.registry.get_sample_value("sealane_models_refresh_total", labels) or 0.0


def _table(base_url: str, *patterns: Pattern, target_model: str | None = None) -> RouteTable:
    table = table_of(provider_of(base_url))
    (route,) = table.routes
    (rule,) = route.rules
    targets = (Target(rule.targets[0].provider, model=target_model),)
    return replace(table, routes=(replace(route, rules=(replace(rule, patterns=patterns, targets=targets),)),))


async def test_exact_names_and_what_the_rules_claim_are_listed(stub: StubProvider) -> None:
    """Sorted and once each; what the provider lists besides belongs to nobody here."""
    catalogue = _Catalogue(serving_of(_table(stub.base_url, EXACT, PREFIX)))

    names = await catalogue.names()

    assert names == sorted(names)
    assert {"kimi-exact", "kimi-k3"} <= set(names)
    assert all(name.startswith("kimi-") for name in names)
    assert catalogue.refreshed("ok") == 1


async def test_a_target_of_another_model_lists_no_name_of_its_own(stub: StubProvider) -> None:
    """A client that asks for ``kimi-k3`` would be served by another model under that name."""
    catalogue = _Catalogue(serving_of(_table(stub.base_url, EXACT, PREFIX, target_model="kimi-k2.6")))

    assert await catalogue.names() == ["kimi-exact"]


async def test_a_list_is_kept(stub: StubProvider) -> None:
    """However many clients ask, at once or later, the provider is asked once."""
    catalogue = _Catalogue(serving_of(_table(stub.base_url, PREFIX)))

    several = await asyncio.gather(*(catalogue.names() for _ in range(5)))
    again = await catalogue.names()

    assert several == [again] * 5
    assert stub.counters.total == 1


async def test_without_a_cache_each_client_asks(stub: StubProvider) -> None:
    """``SEALANE_MODELS_CACHE=0s`` means what it says."""
    catalogue = _Catalogue(serving_of(_table(stub.base_url, PREFIX)), cache=0.0)

    await catalogue.names()
    await catalogue.names()

    assert stub.counters.total == 2


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (Fault("status", 500), "ServerError"),
        (Fault("unauthorized"), "Unauthorized"),
        (Fault("html", 502), "ServerError"),
        (Fault("wrong-json"), "ServerError"),
        (Fault("reset"), "Connect"),
    ],
)
async def test_a_provider_that_fails_is_left_out_and_not_asked_by_each_client(
    stub: StubProvider, fault: Fault, result: str
) -> None:
    """The exact names are there all the same, and a hanging provider does not make every client wait."""
    stub.fault = fault
    catalogue = _Catalogue(serving_of(_table(stub.base_url, EXACT, PREFIX)))

    first, second = await catalogue.names(), await catalogue.names()

    assert first == second == ["kimi-exact"]
    assert stub.counters.total == 1
    assert catalogue.refreshed(result) == 1


async def test_a_provider_that_fails_later_keeps_its_list(stub: StubProvider) -> None:
    """A bad minute of a provider must not empty the clients' menus."""
    catalogue = _Catalogue(serving_of(_table(stub.base_url, PREFIX)), cache=0.0)
    before = await catalogue.names()
    stub.fault = Fault("status", 503)

    assert await catalogue.names() == before


async def test_a_slow_provider_is_not_waited_for(stub: StubProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it lists is in a later answer."""
    monkeypatch.setattr(model_catalogue, "PATIENCE", 0.05)
    stub.fault = Fault("delay", 0.2)
    catalogue = _Catalogue(serving_of(_table(stub.base_url, EXACT, PREFIX)))

    early = await catalogue.names()
    while not catalogue.refreshed("ok"):  # noqa: ASYNC110 - the catalogue tells nobody
        await asyncio.sleep(0.01)

    assert early == ["kimi-exact"]
    assert len(await catalogue.names()) > 1


async def test_a_provider_that_left_the_table_is_forgotten(stub: StubProvider) -> None:
    """A reload takes its names away with it."""
    catalogue = _Catalogue(serving_of(_table(stub.base_url, PREFIX)))
    await catalogue.names()
    other = table_of(provider_of("http://127.0.0.1:1/v1", "other"))
    catalogue.serving = serving_of(other)

    assert await catalogue.names() == []
