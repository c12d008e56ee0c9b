"""Objects of a team that uses Sealane: its provider, its route, and pods that call as its applications do.

Every pod keeps to the restricted Pod Security Standard, which the namespaces enforce.
"""

from collections.abc import Mapping
from typing import Any

from tests.support.resources import Document

MODEL = "gpt-4o-mini"
SHELTERED_MODEL = "sheltered-1"
_PATIENT = 600


def provider(image: str, namespace: str, name: str = "provider", *, fault: str = "") -> tuple[Document, Document]:
    """A stub provider behind a Service, with streams of about a second."""
    labels = {"app": name}
    command = ["sealane", "stub-provider", "openai", "--host", "0.0.0.0", "--port", "8080"]
    command += ["--chunks", "10", "--chunk-delay", "0.1", *(["--fault", fault] if fault else [])]
    container: dict[str, Any] = {"name": "provider", "image": image, "command": command}
    container["ports"] = [{"containerPort": 8080}]
    container["readinessProbe"] = {"tcpSocket": {"port": 8080}, "periodSeconds": 1}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": _pod(container)},
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": labels, "ports": [{"port": 8080}]},
    }
    return deployment, service


def secret(namespace: str) -> Document:
    """The key of the stub provider."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "provider", "namespace": namespace},
        "stringData": {"api-key": "sk-test-of-the-stub"},
    }


def route(namespace: str, host: str = "provider", **spec: object) -> Document:
    """The route ``assistants`` of every ``gpt-`` model to the provider at ``host``."""
    rule = {"name": "gpt", "models": [{"prefix": "gpt-"}], "targets": [{"provider": "stub"}]}
    return _route(namespace, "assistants", [_upstream(namespace, "stub", host)], rule, spec)


def sheltered_route(namespace: str, host: str, spare: str) -> Document:
    """The route ``sheltered`` of SHELTERED_MODEL to the provider at ``host``, which falls back to that at ``spare``."""
    rule = {
        "name": "sheltered",
        "models": [{"exact": SHELTERED_MODEL}],
        "targets": [{"provider": "stub", "model": MODEL}],
        "fallback": {"targets": [{"provider": "spare", "model": MODEL}]},
    }
    return _route(
        namespace, "sheltered", [_upstream(namespace, "stub", host), _upstream(namespace, "spare", spare)], rule, {}
    )


def _route(
    namespace: str, name: str, providers: list[Document], rule: Mapping[str, object], spec: Mapping[str, object]
) -> Document:
    return {
        "apiVersion": "sealane.dev/v1alpha1",
        "kind": "ProviderRoute",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"providers": providers, "rules": [rule], **spec},
    }


def _upstream(namespace: str, name: str, host: str) -> Document:
    """A provider of a route, behind a Service of the namespace; after an outage a test waits half a minute at most."""
    return {
        "name": name,
        "baseURL": f"http://{host}.{namespace}.svc:8080/v1",
        "allowInsecure": True,
        "breaker": {"maxOpenFor": "30s"},
        "credential": {"secretRef": {"name": "provider", "key": "api-key"}},
    }


def script(namespace: str, text: str) -> Document:
    """The program of :func:`caller`."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "load", "namespace": namespace},
        "data": {"load.py": text},
    }


def caller(image: str, namespace: str, name: str, *arguments: str, audience: str = "sealane") -> Document:
    """A pod that calls with its ServiceAccount's token, and ends with what it saw in its log."""
    container: dict[str, Any] = {
        "name": "caller",
        "image": image,
        "command": ["python", "/scripts/load.py", *arguments, "--token", "/var/run/caller/token"],
        "volumeMounts": [
            {"name": "script", "mountPath": "/scripts"},
            {"name": "token", "mountPath": "/var/run/caller"},
        ],
    }
    token = {"path": "token", "audience": audience, "expirationSeconds": 3600}
    volumes = [
        {"name": "script", "configMap": {"name": "load"}},
        {"name": "token", "projected": {"sources": [{"serviceAccountToken": token}]}},
    ]
    metadata = {"name": name, "namespace": namespace, "labels": {"app": "caller"}}
    spec = _pod(container) | {"restartPolicy": "Never", "activeDeadlineSeconds": _PATIENT, "volumes": volumes}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _pod(container: dict[str, Any]) -> dict[str, Any]:
    """The spec of a pod with the strictest security there is."""
    strict = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    return {
        "containers": [{"imagePullPolicy": "IfNotPresent", "securityContext": strict, **container}],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "fsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 1,
    }
