"""Whether a provider as a whole is failing."""

from typing import Any

import pytest

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.causes.outage import OUTAGE_CLASSES, RECENT, Outage, outage_at
from sealane_investigator.incident.facts import BreakerChange, Traffic
from tests.support.facts import breaker, facts
from tests.support.facts import traffic as longer


def traffic(**other: Any) -> Traffic:
    """The last minute."""
    return longer(**{"seconds": RECENT} | other)


def _outage(
    *rows: Traffic, host: str | None = "api.moonshot.ai", breakers: tuple[BreakerChange, ...] = ()
) -> Outage | None:
    found = facts(traffic=rows, breakers=breakers)
    return outage_at(host, "moonshot", ErrorClass.PROVIDER_OVERLOADED, found)


def test_many_models_at_once_are_the_provider() -> None:
    """Whatever is healthy elsewhere does not count."""
    healthy = traffic(provider="zai", base_url_host="api.z.ai", successes=10_000)
    found = _outage(healthy, traffic(errors=90, successes=1), traffic(errors=20, successes=0, model="kimi-k2.6"))

    assert found == Outage(
        "api.moonshot.ai fails for 2 models at once: 110 of 111 attempts in 60 s", ("fact:traffic:1", "fact:traffic:2")
    )


def test_many_tenants_of_one_model_are_the_provider() -> None:
    """The breakers that opened are evidence, too."""
    found = _outage(traffic(errors=90, successes=1, tenants=3), breakers=(breaker(), breaker(after="half-open")))

    assert found is not None
    assert "3 tenants" in found.why
    assert found.evidence == ("fact:traffic:0", "fact:breaker:0")


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (traffic(errors=100, successes=0),),
        (traffic(errors=100, successes=0, tenants=2),),
        (traffic(errors=2, successes=0), traffic(errors=2, successes=0, model="kimi-k2.6")),
        (longer(errors=20, successes=0), longer(errors=20, successes=0, model="kimi-k2.6")),
        (traffic(errors=20, successes=0), traffic(errors=20, successes=60, model="kimi-k2.6")),
        (traffic(errors=20, successes=0), traffic(errors=0, successes=15, model="kimi-k2.6")),
    ],
    ids=["nothing", "one model", "two tenants", "too few", "long ago", "too healthy", "the other model works"],
)
def test_less_is_not_the_provider(rows: tuple[Traffic, ...]) -> None:
    """One model, one tenant, a few errors, or a provider that mostly answers."""
    assert _outage(*rows) is None


def test_the_figures_at_the_limit_suffice() -> None:
    """Five errors, half of all; and what went well before says nothing."""
    well = longer(successes=100_000)

    assert _outage(well, traffic(errors=3, successes=3), traffic(errors=2, successes=2, model="b")) is not None


@pytest.mark.parametrize("error_class", sorted(set(ErrorClass) - OUTAGE_CLASSES))
def test_what_is_the_accounts_own_is_no_outage(error_class: ErrorClass) -> None:
    """Whoever has no money left has that with every model."""
    rows = (traffic(errors=50, successes=0), traffic(errors=50, successes=0, model="kimi-k2.6", tenants=9))

    assert outage_at("api.moonshot.ai", "moonshot", error_class, facts(traffic=rows)) is None


def test_without_a_host_the_name_is_compared() -> None:
    """An error before anything was sent."""
    rows = (traffic(errors=50, successes=0), traffic(errors=50, successes=0, route="team/other"))
    found = _outage(*rows, host=None)

    assert found is not None
    assert found.why.startswith("moonshot fails for 2 routes")
