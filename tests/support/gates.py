"""A provider's gate with a breaker that opens soon."""

from sealane_api.route_table import BreakerPolicy, DialectName, Provider
from sealane_router.attempt.gate import ProviderGate

POLICY = BreakerPolicy(consecutive_failures=3, open_for=15.0, max_open_for=60.0, half_open_max=1, close_after=1)


def gate_of(max_concurrency: int = 100) -> ProviderGate:
    """A gate without chance in its times."""
    provider = Provider(
        route="default/assistants",
        name="moonshot",
        dialect=DialectName.MOONSHOT,
        base_url="https://api.moonshot.ai/v1",
        max_concurrency=max_concurrency,
        breaker=POLICY,
    )
    return ProviderGate(provider, random=lambda: 0.0)
