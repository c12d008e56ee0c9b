"""NetworkPolicies of the chart against the connections that the components need: those are let through, no other is.

The connections are written down here and compared with what the policies say, rule by rule.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.chart_values import SETS
from tests.support.helm import Rendered, rendered

#: A connection: between whom, and to which port; ``*`` is any address.
Connection = tuple[str, str, int]

_NEEDED: dict[str, set[Connection]] = {
    "into router": {
        ("every pod", "router", 8080),
        ("test", "router", 8080),
        ("router", "router", 9090),
        ("operator", "router", 9090),
        ("monitoring", "router", 9090),
    },
    "out of router": {
        ("router", "dns", 53),
        ("router", "0.0.0.0/0", 443),
        ("router", "0.0.0.0/0", 6443),
        ("router", "router", 9090),
        ("router", "0.0.0.0/0 without 169.254.0.0/16", 443),
        ("router", "::/0 without fe80::/10", 443),
        ("router", "test", 8080),
    },
    "into operator": {("monitoring", "operator", 8082)},
    "out of operator": {
        ("operator", "dns", 53),
        ("operator", "0.0.0.0/0", 443),
        ("operator", "0.0.0.0/0", 6443),
        ("operator", "router", 9090),
    },
    "into test": {("router", "test", 8080)},
    "out of test": {
        ("test", "dns", 53),
        ("test", "0.0.0.0/0", 443),
        ("test", "0.0.0.0/0", 6443),
        ("test", "router", 8080),
    },
}


def _peer(peer: dict[str, Any]) -> str:
    """Who that is, in a word."""
    if "ipBlock" in peer:
        apart = peer["ipBlock"].get("except", [])
        return " without ".join([peer["ipBlock"]["cidr"], *([", ".join(apart)] if apart else [])])
    pods = peer.get("podSelector", {}).get("matchLabels", {})
    if "namespaceSelector" not in peer:
        assert pods["app.kubernetes.io/name"] == "sealane"
        assert pods["app.kubernetes.io/instance"] == "gate"
        component: str = pods["app.kubernetes.io/component"]
        return component
    spaces = peer["namespaceSelector"].get("matchLabels", {})
    if pods == {"k8s-app": "kube-dns"} and spaces == {"kubernetes.io/metadata.name": "kube-system"}:
        return "dns"
    assert not pods
    return str(spaces["kubernetes.io/metadata.name"]) if spaces else "every pod"


def _connections(objects: Rendered, component: str, direction: str) -> set[Connection]:
    name = "sealane-helm-test" if component == "test" else f"sealane-{component}"
    spec = objects.of("NetworkPolicy")[name]["spec"]
    assert spec["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == component
    assert spec["policyTypes"] == ["Ingress", "Egress"]  # so that what no rule lets through is refused
    rules, far = (spec["ingress"], "from") if direction == "into" else (spec["egress"], "to")
    found = set()
    for rule in rules:
        peers = [_peer(peer) for peer in rule[far]] if far in rule else ["*"]
        for peer in peers:
            for port in rule["ports"]:
                assert port["protocol"] == "TCP" or port["port"] == 53
                found.add((peer, component, port["port"]) if direction == "into" else (component, peer, port["port"]))
    return found


@pytest.mark.parametrize("what", _NEEDED)
def test_the_policies_let_through_what_is_needed_and_nothing_else(helm: Path, what: str) -> None:
    """Both ways, for each component."""
    direction, component = what.replace("out of", "out").split()

    assert _connections(rendered(helm, {}), component, direction) == _NEEDED[what]


def test_both_ends_of_a_connection_between_components_agree(helm: Path) -> None:
    """What one may open the other takes, and the other way round."""
    objects = rendered(helm, {})
    ours = {"router", "operator", "test"}
    opened = {each for one in ours for each in _connections(objects, one, "out") if each[1] in ours}
    taken = {each for one in ours for each in _connections(objects, one, "into") if each[0] in ours}

    assert opened == taken


def test_an_investigator_is_told_and_asks(helm: Path) -> None:
    """Routers report to it, it reads their reports and calls models through them; people come from where they may."""
    objects = rendered(helm, SETS["investigator with everything"])
    before = rendered(helm, {})
    added = {
        (component, direction): _connections(objects, component, direction) - _connections(before, component, direction)
        for component in ("router", "operator")
        for direction in ("into", "out")
    }

    assert _connections(objects, "investigator", "into") == {
        ("router", "investigator", 8081),
        ("monitoring", "investigator", 8081),
    }
    policy = objects.of("NetworkPolicy")["sealane-investigator"]["spec"]
    assert policy["egress"].pop() == {"ports": [{"port": 5432}]}
    assert _connections(objects, "investigator", "out") == {
        ("investigator", "dns", 53),
        ("investigator", "0.0.0.0/0", 443),
        ("investigator", "0.0.0.0/0", 6443),
        ("investigator", "router", 8080),
        ("investigator", "router", 9090),
    }
    assert added == {
        ("router", "into"): {("investigator", "router", 8080), ("investigator", "router", 9090)},
        ("router", "out"): {("router", "investigator", 8081)},
        ("operator", "into"): set(),
        ("operator", "out"): set(),
    }


def test_whoever_names_callers_does_not_shut_out_the_chart_s_own(helm: Path) -> None:
    """One team may call, and so may the test and an investigator that asks a model through the gateway."""
    team = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "team-a"}}}
    narrow = {"networkPolicy": {"trafficFrom": [team]}, "investigator": SETS["investigator"]["investigator"]}
    callers = {peer for peer, _, port in _connections(rendered(helm, narrow), "router", "into") if port == 8080}

    assert callers == {"team-a", "test", "investigator"}


def test_names_are_asked_by_both_protocols(helm: Path) -> None:
    """A long answer comes by TCP."""
    for policy in rendered(helm, {}).of("NetworkPolicy").values():
        (ports,) = (rule["ports"] for rule in policy["spec"]["egress"] if rule["ports"][0]["port"] == 53)

        assert ports == [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]


def test_names_may_be_on_another_port(helm: Path) -> None:
    """A policy sees the port of the pod, which is not the Service's everywhere."""
    for policy in rendered(helm, {"networkPolicy": {"dns": {"ports": [5353]}}}).of("NetworkPolicy").values():
        assert policy["spec"]["egress"][0]["ports"] == [
            {"port": 5353, "protocol": "UDP"},
            {"port": 5353, "protocol": "TCP"},
        ]


def test_values_narrow_and_widen_it(helm: Path) -> None:
    """One API server, a local DNS cache, known providers, models in the cluster, callers from anywhere, no metrics."""
    objects = rendered(helm, SETS["tied down"])
    egress = objects.of("NetworkPolicy")["sealane-router"]["spec"]["egress"]
    peers = {_peer(peer): rule["ports"][0]["port"] for rule in egress[:-1] for peer in rule["to"]}

    assert peers == {
        "dns": 53,
        "169.254.20.10/32": 53,
        "10.0.0.1/32": 6443,
        "router": 9090,
        "203.0.113.0/24": 443,
        "test": 8080,
    }
    assert egress[-1] == {"to": [{"podSelector": {"matchLabels": {"app": "vllm"}}}], "ports": [{"port": 8000}]}
    assert _connections(objects, "router", "into") == {
        ("*", "router", 8080),
        ("router", "router", 9090),
        ("operator", "router", 9090),
    }
    assert _connections(objects, "operator", "into") == set()


def test_without_policies_there_are_none(helm: Path) -> None:
    """Not even the test's."""
    assert rendered(helm, {"networkPolicy": {"enabled": False}}).of("NetworkPolicy") == {}
