"""``charts/sealane`` refuses values that cannot work or are not safe, in a message that names the key."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.chart_values import TOKENS
from tests.support.helm import refusal

_TOKENS_OFF = {"serviceAccounts": {"enabled": False}}

#: Values, and what the message has to hold: the schema writes a key as a path with slashes.
_WRONG_ALONE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "wrong type": ({"router": {"replicas": "three"}}, ["/router/replicas", "want integer"]),
    "replicas 0": ({"router": {"replicas": 0}}, ["/router/replicas", "minimum"]),
    "operator replicas 0": ({"operator": {"replicas": 0}}, ["/operator/replicas", "minimum"]),
    "unknown key": ({"router": {"replica": 3}}, ["/router", "'replica'"]),
    "unknown key at the top": ({"routers": {}}, ["'routers'"]),
    "unknown key deep down": ({"metrics": {"dashboards": {"lable": {}}}}, ["/metrics/dashboards", "'lable'"]),
    "scope": ({"routes": {"scope": "cluster"}}, ["/routes/scope", "'Cluster', 'Namespaces'"]),
    "a grant without models": ({"routes": {"namespaces": [{"name": "a"}]}}, ["/routes/namespaces/0", "'models'"]),
    "a star in the middle": (
        {"routes": {"namespaces": [{"name": "a", "models": ["k*i"]}]}},
        ["/routes/namespaces/0/models/0", "pattern"],
    ),
    "a digest that is none": ({"router": {"image": {"digest": "sha256:abc"}}}, ["/router/image/digest", "pattern"]),
    "a number of megabytes": ({"router": {"bodyLimit": "32MB"}}, ["/router/bodyLimit", "pattern"]),
    "two audiences": (
        {"callers": {"serviceAccounts": {"audience": "one, two"}}},
        ["/callers/serviceAccounts/audience", "pattern"],
    ),
    "a port": ({"networkPolicy": {"apiServer": {"port": 0}}}, ["/networkPolicy/apiServer/port", "minimum"]),
    "an address for a network": (
        {"networkPolicy": {"apiServer": {"cidr": "10.0.0.1"}}},
        ["/networkPolicy/apiServer/cidr"],
    ),
    "a secret in a variable": ({"router": {"extraEnv": [{"nam": "X"}]}}, ["/router/extraEnv/0", "'nam'"]),
}

_WRONG_TOGETHER: dict[str, tuple[dict[str, Any], str]] = {
    "an investigator without tokens": (
        {"investigator": {"enabled": True}},
        "investigator.tokens.existingSecret: nobody gets in without a token",
    ),
    "several investigators on SQLite": (
        {"investigator": {"enabled": True, "tokens": TOKENS, "replicas": 2}},
        "investigator.replicas: SQLite is one process's",
    ),
    "several investigators on one node's volume": (
        {"investigator": {"enabled": True, "tokens": TOKENS, "replicas": 2, "database": {"url": "postgresql://db/s"}}},
        "investigator.persistence.accessMode: several replicas share the volume",
    ),
    "an investigator that forgets": (
        {"investigator": {"enabled": True, "tokens": TOKENS, "persistence": {"enabled": False}}},
        "investigator.persistence.enabled: without a volume every restart would lose all incidents",
    ),
    "a password in an address": (
        {"investigator": {"enabled": True, "tokens": TOKENS, "database": {"url": "postgresql://me:secret@db/s"}}},
        "investigator.database.url: it holds a password",
    ),
    "nobody may call": (
        {"callers": _TOKENS_OFF},
        "callers: nobody could call. Set callers.serviceAccounts.enabled=true",
    ),
    "anonymous beside tokens": ({"callers": {"anonymous": True}}, "callers.anonymous: everybody would be served"),
    "anonymous beside keys": (
        {"callers": {**_TOKENS_OFF, "anonymous": True, "keys": {"existingSecret": "callers"}}},
        "callers.anonymous: everybody would be served",
    ),
    "a budget as large as the routers": (
        {"router": {"podDisruptionBudget": {"minAvailable": 3}}},
        "router.podDisruptionBudget.minAvailable: 3 of 3 replicas must stay, so no node could ever be drained",
    ),
    "a budget larger than the routers": (
        {"router": {"replicas": 2, "podDisruptionBudget": {"minAvailable": 5}}},
        "router.podDisruptionBudget.minAvailable: 5 of 2 replicas must stay",
    ),
    "a budget larger than the fewest": (
        {"router": {"autoscaling": {"enabled": True, "minReplicas": 2}, "podDisruptionBudget": {"minAvailable": 2}}},
        "router.podDisruptionBudget.minAvailable: 2 of 2 replicas must stay",
    ),
    "a budget of all": (
        {"operator": {"podDisruptionBudget": {"minAvailable": "100%"}}},
        "operator.podDisruptionBudget.minAvailable: with 100% no node could ever be drained",
    ),
    "most below fewest": (
        {"router": {"autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 4}}},
        "router.autoscaling.maxReplicas: 4 is below minReplicas, 5",
    ),
    "scaling by nothing": (
        {"router": {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}}},
        "router.autoscaling.enabled: processor use is measured against router.resources.requests.cpu",
    ),
    "a grace that cuts streams": (
        {"router": {"terminationGracePeriodSeconds": 40}},
        "router.terminationGracePeriodSeconds: 40 s is not above the 40 s that router.drain takes in all",
    ),
    "a drain beyond the grace": (
        {"router": {"terminationGracePeriodSeconds": 60, "drain": {"deadlineSeconds": 300}}},
        "router.terminationGracePeriodSeconds: 60 s is not above the 310 s",
    ),
    "a policy without DNS": (
        {"networkPolicy": {"dns": {"namespaceLabels": None}}},
        "networkPolicy.dns: no provider's name could be resolved",
    ),
    "a policy without providers": (
        {"networkPolicy": {"providers": {"cidrs": []}}},
        "networkPolicy.providers.cidrs: routers could reach no provider",
    ),
    "tokens with roles alone": (
        {"routes": {"scope": "Namespaces"}},
        "callers.serviceAccounts.clusterRole: tokens are reviewed with a ClusterRole",
    ),
    "more namespaces than a router follows": (
        {
            "routes": {
                "scope": "Namespaces",
                "namespaces": [{"name": f"team-{n}", "models": ["*"]} for n in range(64)],
            },
            "callers": {**_TOKENS_OFF, "keys": {"existingSecret": "callers"}},
        },
        "routes.namespaces: a router follows at most 64 namespaces one by one, and these are 65",
    ),
    "a router's setting twice": (
        {"router": {"extraEnv": [{"name": "SEALANE_PEERS", "value": "elsewhere:9090"}]}},
        "router.extraEnv: SEALANE_PEERS is what the chart sets already",
    ),
    "an operator's setting twice": (
        {"operator": {"extraEnv": [{"name": "SEALANE_LEASE_NAME", "value": "x"}]}},
        "operator.extraEnv: SEALANE_LEASE_NAME is what the chart sets already",
    ),
}


@pytest.mark.parametrize(("values", "told"), _WRONG_ALONE.values(), ids=_WRONG_ALONE.keys())
def test_a_value_that_is_none_is_refused_by_its_key(helm: Path, values: dict[str, Any], told: list[str]) -> None:
    """The schema says where the value is and what it should be."""
    said = refusal(helm, values)

    assert said, "it was taken"
    for each in told:
        assert each in said


@pytest.mark.parametrize(("values", "told"), _WRONG_TOGETHER.values(), ids=_WRONG_TOGETHER.keys())
def test_values_that_contradict_each_other_are_refused_by_a_sentence(
    helm: Path, values: dict[str, Any], told: str
) -> None:
    """The sentence begins with the key to change."""
    assert told in refusal(helm, values)


def test_the_bounds_themselves_are_fine(helm: Path) -> None:
    """One pod less, one second more, one namespace less."""
    assert refusal(helm, {"router": {"podDisruptionBudget": {"minAvailable": 2}}}) == ""
    assert refusal(helm, {"router": {"terminationGracePeriodSeconds": 41}}) == ""
    assert refusal(helm, {"router": {"autoscaling": {"enabled": True, "minReplicas": 4, "maxReplicas": 4}}}) == ""
    spaces = [{"name": f"team-{n}", "models": ["*"]} for n in range(63)]
    callers = {**_TOKENS_OFF, "keys": {"existingSecret": "callers"}}
    assert refusal(helm, {"routes": {"scope": "Namespaces", "namespaces": spaces}, "callers": callers}) == ""
