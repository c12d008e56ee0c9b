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
    "a variable without a name": ({"router": {"extraEnv": [{"nam": "X"}]}}, ["/router/extraEnv/0", "'nam'"]),
    "a group that is taken away": ({"router": {"drain": None}}, ["/router", "missing property 'drain'"]),
    "a number that is taken away": ({"router": {"replicas": None}}, ["/router", "missing property 'replicas'"]),
    "no budget": ({"router": {"podDisruptionBudget": {"maxUnavailable": 0}}}, ["podDisruptionBudget/maxUnavailable"]),
    "a label that is none": ({"commonLabels": {"a b": "x"}}, ["/commonLabels", "'a b'"]),
    "a label of two words": ({"router": {"podLabels": {"a": "x y"}}}, ["/router/podLabels/a", "pattern"]),
    "an annotation that is a number": (
        {"router": {"podAnnotations": {"a": 1}}},
        ["/router/podAnnotations/a", "string"],
    ),
    "an address for a registry": ({"image": {"registry": "https://registry.internal"}}, ["/image/registry", "pattern"]),
    "a way out of a Secret": (
        {"callers": {"keys": {"existingSecret": "callers", "key": ".."}}},
        ["/callers/keys/key", "pattern"],
    ),
    "a volume of nothing": ({"investigator": {"persistence": {"size": "0"}}}, ["/investigator/persistence/size"]),
    "a short lease": ({"operator": {"lease": {"duration": "1s"}}}, ["/operator/lease/duration", "pattern"]),
    "a long lease": ({"operator": {"lease": {"duration": "601s"}}}, ["/operator/lease/duration", "pattern"]),
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
        "operator.podDisruptionBudget.minAvailable: 2 of 2 replicas must stay, so no node could ever be drained",
    ),
    "a share that is all of them": (
        {"router": {"podDisruptionBudget": {"minAvailable": "67%"}}},
        "router.podDisruptionBudget.minAvailable: 3 of 3 replicas must stay",
    ),
    "a budget of more than there are": (
        {"router": {"podDisruptionBudget": {"maxUnavailable": 4}}},
        "router.podDisruptionBudget.maxUnavailable: 4 is more than the 3 replicas there are; write at most 3",
    ),
    "a body that no router takes": (
        {"router": {"bodyLimit": "2GiB", "bufferedBodies": "4GiB"}},
        "router.bodyLimit: 2GiB is not between 1KiB and 1GiB",
    ),
    "a body larger than all": (
        {"router": {"bodyLimit": "257MiB"}},
        "router.bodyLimit: a body of 257MiB would not fit into router.bufferedBodies, 256MiB",
    ),
    "no room for bodies": (
        {"router": {"bufferedBodies": "512KiB", "bodyLimit": "64KiB"}},
        "router.bufferedBodies: 512KiB is not between 1MiB and 1024GiB",
    ),
    "bodies beyond the memory": (
        {"router": {"resources": {"limits": {"memory": "256Mi"}}}},
        "router.bufferedBodies: 256MiB of bodies and 16Mi of credentials (router.snapshot.keysSizeLimit) leave",
    ),
    "a snapshot beyond the disk": (
        {"router": {"snapshot": {"sizeLimit": "2Gi"}}},
        "router.snapshot.sizeLimit: a router with 2Gi would be evicted",
    ),
    "a spool that fills its volume": (
        {"investigator": {"enabled": True, "tokens": TOKENS, "persistence": {"size": "1Gi"}}},
        "investigator.persistence.spoolLimit: 1GiB would fill the volume, which investigator.persistence.size makes",
    ),
    "a spool without room": (
        {"investigator": {"enabled": True, "tokens": TOKENS, "persistence": {"spoolLimit": "1KiB"}}},
        "investigator.persistence.spoolLimit: 1KiB is not between 1MiB and 64GiB",
    ),
    "a password in a query": (
        {"investigator": {"enabled": True, "tokens": TOKENS, "database": {"url": "postgresql://db/s?a=b&password=c"}}},
        "investigator.database.url: it holds a password",
    ),
    "a password in a webhook": (
        {"investigator": {"enabled": True, "tokens": TOKENS, "notifications": {"webhookUrl": "https://me:secret@a/b"}}},
        "investigator.notifications.webhookUrl: what stands before @ is a secret",
    ),
    "a key for no model": (
        {"investigator": {"enabled": True, "tokens": TOKENS, "model": {"existingSecret": "model"}}},
        "investigator.model.existingSecret: no model is asked",
    ),
    "an address that is none": (
        {"networkPolicy": {"apiServer": {"cidr": "10.0.0.256/32"}}},
        "networkPolicy.apiServer.cidr: 10.0.0.256/32 is no block of addresses; write for example 10.0.0.0/8",
    ),
    "an IPv6 block that is too small": (
        {"networkPolicy": {"providers": {"cidrs": ["2001:db8::/32", "fd00::/129"]}}},
        "networkPolicy.providers.cidrs: fd00::/129 is no block of addresses",
    ),
    "no address is left": (
        {"networkPolicy": {"providers": {"except": ["::/0"]}}},
        "networkPolicy.providers.except: without ::/0 no address is left",
    ),
    "an address to listen on that is none": (
        {"operator": {"listenHost": "[1:2]"}},
        "operator.listenHost: [1:2] is no address; write 0.0.0.0, or [::]",
    ),
    "networks in words": (
        {"router": {"allowedNetworks": "default, inside"}},
        "router.allowedNetworks: inside is no network; write default, 10.0.0.0/8 or !10.1.0.0/16",
    ),
    "a variable twice": (
        {"operator": {"extraEnv": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}},
        "operator.extraEnv: the pod would have name A twice",
    ),
    "a volume of the chart's name": (
        {"router": {"extraVolumes": [{"name": "snapshot", "emptyDir": {}}]}},
        "router.extraVolumes: the pod would have name snapshot twice",
    ),
    "two volumes at one place": (
        {
            "investigator": {
                "enabled": True,
                "tokens": TOKENS,
                "extraVolumeMounts": [{"name": "data", "mountPath": "/tmp"}],
            }
        },
        "investigator.extraVolumeMounts: the pod would have mountPath /tmp twice",
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


_FINE: dict[str, dict[str, Any]] = {
    "a share that lets one go": {"router": {"podDisruptionBudget": {"minAvailable": "66%"}}},
    "all may go": {"router": {"podDisruptionBudget": {"maxUnavailable": 3}}},
    "as many as there may be": {
        "router": {"autoscaling": {"enabled": True}, "podDisruptionBudget": {"maxUnavailable": 12}}
    },
    "nothing said of what may go": {"router": {"podDisruptionBudget": {"maxUnavailable": None}}},
    "bodies as large as all of them": {"router": {"bodyLimit": "256MiB"}},
    "a megabyte more than they need": {"router": {"resources": {"limits": {"memory": "273Mi"}}}},
    "memory as a number": {"router": {"resources": {"limits": {"memory": 1073741824}}}},
    "memory in decimal units": {"router": {"resources": {"limits": {"memory": "1.5G"}}}},
    "memory without a bound": {"router": {"resources": {"limits": None}}},
    "no resources at all": {"router": {"resources": None}},
    "a claim of another size": {
        "investigator": {"enabled": True, "tokens": TOKENS, "persistence": {"existingClaim": "own", "size": "1Gi"}}
    },
    "an IPv6 cluster": {
        "networkPolicy": {"apiServer": {"cidr": "fd00:10:96::1/128"}, "providers": {"cidrs": ["2001:db8::/32"]}},
        "router": {"listenHost": "[::]", "allowedNetworks": "default,fd00::/8, !fd00:1::/32"},
        "operator": {"listenHost": "[::1]"},
    },
    "a registry with a port in a name": {"image": {"registry": ""}, "router": {"image": {"repository": "a.b:5000/c"}}},
}


@pytest.mark.parametrize("values", _FINE.values(), ids=_FINE.keys())
def test_what_just_fits_is_taken(helm: Path, values: dict[str, Any]) -> None:
    """No refusal goes further than its reason."""
    assert refusal(helm, values) == ""


def test_the_bounds_themselves_are_fine(helm: Path) -> None:
    """One pod less, one second more, one namespace less."""
    assert refusal(helm, {"router": {"podDisruptionBudget": {"minAvailable": 2}}}) == ""
    assert refusal(helm, {"router": {"terminationGracePeriodSeconds": 41}}) == ""
    assert refusal(helm, {"router": {"autoscaling": {"enabled": True, "minReplicas": 4, "maxReplicas": 4}}}) == ""
    spaces = [{"name": f"team-{n}", "models": ["*"]} for n in range(63)]
    callers = {**_TOKENS_OFF, "keys": {"existingSecret": "callers"}}
    assert refusal(helm, {"routes": {"scope": "Namespaces", "namespaces": spaces}, "callers": callers}) == ""
