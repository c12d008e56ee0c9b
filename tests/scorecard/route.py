"""The route of a case, and its files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.scorecard.doors import Door, Way
from tests.support.routes import KEYS as _ENVIRON

#: The providers' keys. Each fits one provider only, and the stubs count those that go astray.
KEYS = {"moonshot": _ENVIRON["MOONSHOT_API_KEY"], "zai": _ENVIRON["ZAI_API_KEY"]}

#: What each provider is asked for when it stands in for the other.
FALLBACK_MODELS = {"zai": "glm-4.7", "moonshot": "kimi-k2.6"}

_CA = {"name": "egress-ca", "key": "ca.crt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The route of a case.

    ``model`` chooses the rule and so the provider that misbehaves; ``fallback`` adds the other one, ``when`` replaces
    the default conditions. ``second_target``: the other provider is a target too, that of one request in a million.
    A breaker opens at ``opens_at`` failures in a row. ``checked``: the providers have a health check, ten times a
    second. ``patience`` is the rule's timeouts but that of connecting, which is ``connect``; a row that waits for one
    sets it low. ``door`` is how Moonshot is reached, None: as it should be.
    """

    model: str = "kimi-k3"
    fallback: bool = False
    when: tuple[str, ...] = ()
    opens_at: int = 1
    open_for: str = "1m"
    max_concurrency: int = 200
    max_attempts: int = 2
    budget_percent: int = 20
    checked: bool = False
    patience: str = "3s"
    connect: str = "3s"
    second_target: bool = False
    door: Door | None = None

    @property
    def provider(self) -> str:
        """Whom the rule's target names."""
        return "zai" if self.model.startswith("glm-") else "moonshot"


def write_route(folder: Path, setup: Setup, moonshot: Way, zai: str) -> Path:
    """Write the route and its Secrets below ``folder``; returns the route's file. (JSON is YAML.)"""
    providers = [_provider("moonshot", "Moonshot", moonshot.base_url, setup), _provider("zai", "Zai", zai, setup)]
    if moonshot.authority is not None:
        providers[0]["tls"] = {"caRef": _CA}
        write_secret(folder, "egress-ca", "ca.crt", moonshot.authority)
    for name, key in KEYS.items():
        write_secret(folder, name, "api-key", key.encode())
    rules = [_rule("kimi", "kimi-", "moonshot", "zai", setup), _rule("glm", "glm-", "zai", "moonshot", setup)]
    route = {
        "apiVersion": "sealane.dev/v1alpha1",
        "kind": "ProviderRoute",
        "metadata": {"name": "scorecard"},
        "spec": {"providers": providers, "rules": rules},
    }
    path = folder / "routes.yaml"
    path.write_text(json.dumps(route, indent=1), encoding="utf-8")
    return path


def write_secret(folder: Path, name: str, key: str, value: bytes) -> None:
    """Put one entry of a Secret where a mounted one would be, whole or not at all."""
    path = folder / "secrets" / name / key
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(value)
    fresh.replace(path)


def _provider(name: str, dialect: str, base_url: str, setup: Setup) -> dict[str, object]:
    check = {"healthCheck": {"path": "/models", "interval": "100ms"}} if setup.checked else {}
    return check | {
        "name": name,
        "dialect": dialect,
        "baseURL": base_url,
        "allowInsecure": True,
        "credential": {"secretRef": {"name": name, "key": "api-key"}},
        "maxConcurrency": setup.max_concurrency,
        "breaker": {
            "consecutiveFailures": setup.opens_at,
            "minRequests": 1000,
            "openFor": setup.open_for,
            "maxOpenFor": "5m",
        },
    }


def _rule(name: str, prefix: str, provider: str, other: str, setup: Setup) -> Mapping[str, object]:
    rule: dict[str, object] = {
        "name": name,
        "models": [{"prefix": prefix}],
        "targets": [{"provider": provider, "weight": 1_000_000}],
        "retry": {"maxAttempts": setup.max_attempts, "budgetPercent": setup.budget_percent},
        "timeouts": {"connect": setup.connect, "firstByte": setup.patience, "idle": setup.patience},
    }
    elsewhere = {"provider": other, "model": FALLBACK_MODELS[other], "weight": 1}
    if setup.second_target:
        rule["targets"] = [{"provider": provider, "weight": 1_000_000}, elsewhere]
    if setup.fallback:
        fallback: dict[str, object] = {"targets": [elsewhere]}
        rule["fallback"] = fallback | ({"when": list(setup.when)} if setup.when else {})
    return rule
