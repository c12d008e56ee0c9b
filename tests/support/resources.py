"""ProviderRoute documents for tests, as a YAML reader hands them over: plain dicts, lists and scalars."""

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from sealane_api.problems import FieldPath, Location, Problem
from sealane_api.provider_route import ProviderRoute
from sealane_api.resource.part import ValidationContext
from sealane_api.resource.wording import problems_of

#: In :func:`edited`: take the part away.
ABSENT = object()

Document = dict[str, Any]

#: (path, values to admit there, values to refuse there).
Bounds = list[tuple[str, list[Any], list[Any]]]


def provider(name: str = "moonshot", **fields: object) -> Document:
    """The smallest provider, with ``fields`` added or replaced."""
    return {"name": name, "baseURL": "https://api.moonshot.ai/v1", **fields}


def rule(name: str = "kimi", prefix: str = "kimi-", **fields: object) -> Document:
    """The smallest rule, with ``fields`` added or replaced."""
    return {"name": name, "models": [{"prefix": prefix}], "targets": [{"provider": "moonshot"}], **fields}


def route(name: str = "assistants", namespace: str | None = None, **spec: object) -> Document:
    """The smallest route, with fields of ``spec`` added or replaced."""
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    return {
        "apiVersion": "sealane.dev/v1alpha1",
        "kind": "ProviderRoute",
        "metadata": metadata,
        "spec": {"providers": [provider()], "rules": [rule()], **spec},
    }


def edited(document: Document, path: str, value: object) -> Document:
    """A copy with ``value`` at a path such as ``spec.rules.0.models``; a position past a list's end appends."""
    changed = copy.deepcopy(document)
    *above, last = (int(step) if step.isdigit() else step for step in path.split("."))
    at: Any = changed
    for step in above:
        if isinstance(at, dict):
            at.setdefault(step, {})
        at = at[step]
    if value is ABSENT:
        at.pop(last, None)
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return changed


def accepted(document: Document, *, laptop: bool = False) -> bool:
    """Whether a document is a valid route."""
    try:
        ProviderRoute.model_validate(document, context=ValidationContext(laptop=laptop))
    except ValidationError:
        return False
    return True


def admitted(bounds: Bounds) -> list[Any]:
    """One pytest parameter for each value to admit."""
    return [pytest.param(path, value, id=_label(path, value)) for path, values, _ in bounds for value in values]


def refused(bounds: Bounds) -> list[Any]:
    """One pytest parameter for each value to refuse."""
    return [pytest.param(path, value, id=_label(path, value)) for path, _, values in bounds for value in values]


def _label(path: str, value: object) -> str:
    text = "absent" if value is ABSENT else repr(value)
    return f"{path}={text if len(text) <= 40 else text[:40] + '…'}"


def problems(document: object, *, prefix: FieldPath = (), **context: Any) -> list[Problem]:
    """The problems of a document that is not valid."""
    with pytest.raises(ValidationError) as caught:
        ProviderRoute.model_validate(document, context=ValidationContext(**context))
    return list(problems_of(caught.value, ProviderRoute, lambda path: Location("a.yaml", 1, len(path)), prefix))


def said(document: object, **context: Any) -> list[str]:
    """Path and message of each problem."""
    return [f"{problem.path}: {problem.message}".removeprefix(": ") for problem in problems(document, **context)]


#: A route in which every field is written, none with its default value.
FULL: Document = {
    "apiVersion": "sealane.dev/v1alpha1",
    "kind": "ProviderRoute",
    "metadata": {"name": "assistants", "namespace": "team", "labels": {"app": "chat"}, "annotations": {"by": "us"}},
    "spec": {
        "providers": [
            {
                "name": "moonshot",
                "dialect": "Moonshot",
                "baseURL": "https://api.moonshot.ai/v1",
                "messagesBaseURL": "https://api.moonshot.ai/anthropic",
                "credential": {"secretRef": {"name": "moonshot", "key": "api-key"}},
                "maxConcurrency": 100,
                "tls": {"serverName": "api.moonshot.ai", "caRef": {"name": "egress-ca", "key": "ca.crt"}},
                "breaker": {
                    "window": "20s",
                    "minRequests": 10,
                    "failurePercent": 40,
                    "consecutiveFailures": 3,
                    "openFor": "10s",
                    "maxOpenFor": "2m",
                    "halfOpenMax": 2,
                    "closeAfter": 3,
                },
                "healthCheck": {"path": "/health", "interval": "10s"},
                "allowInsecure": True,
            },
            {"name": "zai", "dialect": "Zai", "baseURL": "https://api.z.ai/api/paas/v4"},
        ],
        "rules": [
            {
                "name": "kimi",
                "critical": False,
                "models": [{"prefix": "kimi-"}, {"exact": "moonshot-v1-8k"}, {"regex": "k[0-9]+"}],
                "targets": [
                    {"provider": "moonshot", "weight": 90},
                    {
                        "provider": "zai",
                        "weight": 10,
                        "model": "glm-4.7",
                        "set": {"a": {"b": [1]}},
                        "remove": ["thinking"],
                    },
                ],
                "fallback": {"when": ["Connect", "Unauthorized"], "targets": [{"provider": "zai", "model": "glm-5"}]},
                "retry": {"maxAttempts": 2, "budgetPercent": 10},
                "timeouts": {"connect": "1s", "firstByte": "30s", "idle": "20s"},
                "limits": {"requestsPerMinute": 100, "tokensPerMinute": 5_000_000_000},
            },
            {"name": "glm", "models": [{"prefix": "glm-"}], "targets": [{"provider": "zai"}]},
        ],
        "rollout": {
            "strategy": "Immediate",
            "steps": [{"weight": 5, "hold": "30s"}],
            "analysis": {"minRequests": 20, "maxErrorIncreasePercent": 2, "maxLatencyIncreasePercent": 30},
            "bakeTime": "5m",
            "progressDeadline": "1h",
            "windows": [{"schedule": "0 2 * * 1-5", "duration": "3h", "timeZone": "Europe/Zurich"}],
        },
        "suspend": True,
        "revisionHistoryLimit": 5,
    },
}
