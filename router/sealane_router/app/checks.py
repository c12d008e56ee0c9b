"""What makes a router ready, and what ``/readyz?verbose`` says besides."""

import time
from typing import TYPE_CHECKING

from sealane_telemetry.health import Check

if TYPE_CHECKING:
    from .gateway import Gateway


def readiness(gateway: "Gateway") -> list[Check]:
    """Return the checks of ``/readyz``; those that are advisory never make a router unready."""
    checks = [
        Check("route-table", lambda: _table_problem(gateway)),
        Check("draining", lambda: "the router is leaving" if gateway.draining else None),
        *gateway.live.checks,
        Check("credentials", lambda: "; ".join(gateway.serving.credential_problems()) or None, advisory=True),
        Check("providers", lambda: _provider_problem(gateway), advisory=not gateway.is_strict),
    ]
    if gateway.peer_names:
        checks.append(Check("local-fault", gateway.peers.problem))
        checks.append(Check("peers", gateway.peers.advice, advisory=True))
    return checks


def _table_problem(gateway: "Gateway") -> str | None:
    return None if gateway.serving.table.is_known else "there is no route table"


def _provider_problem(gateway: "Gateway") -> str | None:
    """Whether nothing could be served now: every provider's gate refuses."""
    now = time.monotonic()
    providers = gateway.serving.providers
    if not providers or any(runtime.gate.refusal("", now) is None for runtime in providers.values()):
        return None
    return f"no provider can be tried: {', '.join(sorted({name for _, name in providers}))}"
