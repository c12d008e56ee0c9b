"""What ``charts/sealane`` installs: names, settings, drain, probes, volumes, placement, images, monitoring."""

from pathlib import Path

import pytest

from sealane_operator.fleet.discovery import SERVICE
from sealane_operator.kube.client import ROUTER_ACCOUNT
from tests.support.chart_values import KEYS, SETS
from tests.support.helm import Rendered, rendered


def test_a_router_knows_where_it_is(helm: Path) -> None:
    """It follows the API, knows its peers, its pod and its ReplicaSet, and keeps a snapshot."""
    objects = rendered(helm, {})
    told = objects.env("router")
    (container,) = objects.pod("router")["containers"]
    mounted = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in objects.pod("router")["volumes"]}

    assert told["SEALANE_CLUSTER"] == "true"
    assert told["SEALANE_PEERS"] == f"{SERVICE}:9090"
    assert told["SEALANE_POD_NAME"] == "{metadata.name}"
    assert told["POD_TEMPLATE_HASH"] == "{metadata.labels['pod-template-hash']}"
    assert list(told).index("POD_TEMPLATE_HASH") < list(told).index("SEALANE_REPLICA_SET")
    assert told["SEALANE_REPLICA_SET"] == "sealane-router-$(POD_TEMPLATE_HASH)"
    assert volumes[mounted[told["SEALANE_SNAPSHOT"]]]["emptyDir"] == {"sizeLimit": "600Mi"}
    assert volumes[mounted[told["SEALANE_SNAPSHOT_KEYS"]]]["emptyDir"] == {"medium": "Memory", "sizeLimit": "16Mi"}


def test_names_are_those_that_the_operator_knows(helm: Path) -> None:
    """It finds routers by a Service and gives Secrets to a ServiceAccount, both by name."""
    objects = rendered(helm, {})
    admin = objects.of("Service")[SERVICE]["spec"]

    assert ROUTER_ACCOUNT in objects.of("ServiceAccount")
    assert objects.pod("router")["serviceAccountName"] == ROUTER_ACCOUNT
    assert (admin["clusterIP"], admin["publishNotReadyAddresses"]) == ("None", True)
    assert [port["port"] for port in admin["ports"]] == [9090]


def test_the_admin_port_is_on_no_service_of_applications(helm: Path) -> None:
    """The traffic Service has the traffic port alone."""
    spec = rendered(helm, {}).of("Service")["sealane"]["spec"]

    assert [(port["port"], port["targetPort"]) for port in spec["ports"]] == [(80, "http")]


@pytest.mark.parametrize(
    ("name", "sleep", "propagation", "deadline", "grace"),
    [("defaults", 5, "5s", "30s", 50), ("long streams", None, "10s", "900s", 960)],
)
def test_the_grace_period_holds_the_drain(
    helm: Path, name: str, sleep: int | None, propagation: str, deadline: str, grace: int
) -> None:
    """Sleep, propagation and deadline fit in it, and the sleep is Kubernetes' own: the image needs no shell."""
    objects = rendered(helm, SETS[name])
    (container,) = objects.pod("router")["containers"]

    assert container.get("lifecycle") == (None if sleep is None else {"preStop": {"sleep": {"seconds": sleep}}})
    assert objects.env("router")["SEALANE_PROPAGATION_TIME"] == propagation
    assert objects.env("router")["SEALANE_DRAIN_DEADLINE"] == deadline
    assert objects.pod("router")["terminationGracePeriodSeconds"] == grace


@pytest.mark.parametrize(("component", "port"), [("router", "admin"), ("operator", "metrics")])
def test_probes_ask_the_port_that_answers_them(helm: Path, component: str, port: str) -> None:
    """Liveness and readiness are asked where they are told apart."""
    (container,) = rendered(helm, {}).pod(component)["containers"]

    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": port}
    assert container["startupProbe"]["httpGet"] == {"path": "/livez", "port": port}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": port}
    assert port in {each["name"] for each in container["ports"]}


def test_the_key_file_comes_from_its_secret(helm: Path) -> None:
    """The Secret's key is the file that the router reads."""
    objects = rendered(helm, {"callers": {**KEYS, "keys": {"existingSecret": "callers", "key": "file.yaml"}}})
    volumes = {volume["name"]: volume for volume in objects.pod("router")["volumes"]}
    told = objects.env("router")

    assert told["SEALANE_KEYS"] == "/etc/sealane/keys/file.yaml"
    assert volumes["keys"]["secret"]["secretName"] == "callers"
    assert volumes["keys"]["secret"]["items"] == [{"key": "file.yaml", "path": "file.yaml"}]
    assert "SEALANE_TOKEN_REVIEW" not in told
    assert "SEALANE_ANONYMOUS" not in told


def test_scaled_routers_have_no_number_of_their_own(helm: Path) -> None:
    """An upgrade must not undo what the autoscaler did."""
    objects = rendered(helm, SETS["autoscaled"])
    scaler = objects.of("HorizontalPodAutoscaler")["sealane-router"]["spec"]

    assert "replicas" not in objects.of("Deployment")["sealane-router"]["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 20)
    assert scaler["scaleTargetRef"]["name"] == "sealane-router"
    assert objects.of("PodDisruptionBudget")["sealane-router"]["spec"]["minAvailable"] == "50%"


def test_pods_spread_over_nodes_and_zones(helm: Path) -> None:
    """Each component for itself, and each ReplicaSet for itself."""
    for component in ("router", "operator"):
        spread = rendered(helm, {}).pod(component)["topologySpreadConstraints"]

        assert {each["topologyKey"] for each in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
        assert {each["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] for each in spread} == {component}


def test_images_are_named_as_asked(helm: Path) -> None:
    """Registry, name, tag; a digest counts instead of the tag."""
    plain, other = rendered(helm, {}), rendered(helm, SETS["another registry"])
    named = {"image": {"registry": "", "tag": "1"}, "router": {"image": {"repository": "localhost/router"}}}
    local = rendered(helm, named)

    assert _image(plain, "router") == "ghcr.io/sealane/router:0.1.0"
    assert _image(other, "router") == "registry.internal:5000/llm/router@sha256:" + "a" * 64
    assert _image(other, "operator") == "registry.internal:5000/llm/gateway/operator:1.2.4"
    assert _image(local, "router") == "localhost/router:1"
    assert other.pod("router")["imagePullSecrets"] == [{"name": "registry"}]


def test_what_people_add_is_there(helm: Path) -> None:
    """Placement, labels, annotations, arguments, variables, volumes and objects of their own."""
    objects = rendered(helm, SETS["everything of their own"])
    pod, service = objects.pod("router"), objects.of("Service")["sealane"]
    (container,) = pod["containers"]
    template = objects.of("Deployment")["sealane-router"]["spec"]["template"]["metadata"]

    assert pod["nodeSelector"] == {"pool": "gateways"}
    assert pod["tolerations"] == [{"key": "gateways", "operator": "Exists"}]
    assert "podAntiAffinity" in pod["affinity"]
    assert pod["priorityClassName"] == "system-cluster-critical"
    assert pod["hostUsers"] is False
    assert template["labels"]["sidecar.istio.io/inject"] == "false"
    assert template["labels"]["team"] == "platform"
    assert template["annotations"] == {"example.com/note": "yes"}
    assert container["args"] == ["--upstream-idle-limit=30s"]
    assert container["envFrom"] == [{"configMapRef": {"name": "proxy"}}]
    assert container["env"][-1] == {"name": "SSL_CERT_FILE", "value": "/etc/egress/ca.crt"}
    assert container["volumeMounts"][-1] == {"name": "egress", "mountPath": "/etc/egress"}
    assert pod["volumes"][-1] == {"name": "egress", "configMap": {"name": "egress-ca"}}
    assert service["metadata"]["labels"]["exposed"] == "inside"
    assert service["metadata"]["annotations"] == {"example.com/internal": "true", "owner": "platform@example.com"}
    assert (service["spec"]["type"], service["spec"]["ports"][0]["port"]) == ("LoadBalancer", 8080)
    assert {"gate-own", "as-it-is"} <= objects.of("ConfigMap").keys()


def test_a_chart_that_is_upgraded_restarts_no_pod_by_its_version(helm: Path) -> None:
    """Pods bear no label that changes while their image does not."""
    for component in ("router", "operator"):
        template = rendered(helm, {}).of("Deployment")[f"sealane-{component}"]["spec"]["template"]

        assert set(template["metadata"]["labels"]) == {
            "app.kubernetes.io/name",
            "app.kubernetes.io/instance",
            "app.kubernetes.io/component",
        }


def test_kinds_are_kept(helm: Path) -> None:
    """An uninstall leaves the CRDs, and all routes with them, unless that is not wanted."""
    kept, not_kept = (rendered(helm, values).of("CustomResourceDefinition") for values in ({}, SETS["bare"]))

    assert len(kept) == len(not_kept) == 2
    for document in kept.values():
        assert document["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    for document in not_kept.values():
        assert "annotations" not in document["metadata"]


def test_monitoring_finds_the_ports(helm: Path) -> None:
    """Each ServiceMonitor selects exactly one Service, and asks a port that it has."""
    objects = rendered(helm, SETS["monitored"])
    for name, port in (("sealane-router", "admin"), ("sealane-operator", "metrics")):
        spec = objects.of("ServiceMonitor")[name]["spec"]
        wanted = spec["selector"]["matchLabels"].items()
        (service,) = [each for each in objects.of("Service").values() if wanted <= each["metadata"]["labels"].items()]

        assert [endpoint["port"] for endpoint in spec["endpoints"]] == [port]
        assert port in {each["name"] for each in service["spec"]["ports"]}
        assert objects.of("ServiceMonitor")[name]["metadata"]["labels"]["release"] == "prometheus"


def test_nothing_of_other_operators_is_made_unasked(helm: Path) -> None:
    """A cluster without the Prometheus and Grafana operators takes the defaults."""
    assert {each["apiVersion"] for each in rendered(helm, {})} <= {
        "v1",
        "apps/v1",
        "policy/v1",
        "networking.k8s.io/v1",
        "rbac.authorization.k8s.io/v1",
        "apiextensions.k8s.io/v1",
        "admissionregistration.k8s.io/v1",
        "coordination.k8s.io/v1",
        "sealane.dev/v1alpha1",
    }


def test_requests_stay_in_their_zone_if_asked(helm: Path) -> None:
    """By the word that the cluster's version has for it."""
    values = SETS["everything of their own"]
    for version, word in (("1.33.0", "PreferClose"), ("1.34.0", "PreferSameZone")):
        service = rendered(helm, values, f"--kube-version={version}").of("Service")["sealane"]

        assert service["spec"]["trafficDistribution"] == word


def _image(objects: Rendered, component: str) -> str:
    (container,) = objects.pod(component)["containers"]
    image: str = container["image"]
    return image
