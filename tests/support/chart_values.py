"""Sets of values that somebody would install the chart with; each has to render, lint and be taken by an API server."""

from tests.support.helm import Values

KEYS = {"serviceAccounts": {"enabled": False}, "keys": {"existingSecret": "callers"}}

TOKENS = {"existingSecret": "sealane-investigator"}

SETS: dict[str, Values] = {
    "defaults": {},
    "api keys": {"callers": KEYS, "helmTest": {"apiKey": {"existingSecret": "one-key"}}},
    "keys and tokens": {"callers": {"keys": {"existingSecret": "callers", "key": "file.yaml"}}},
    "anonymous": {"callers": {"serviceAccounts": {"enabled": False}, "anonymous": True}},
    "grants": {
        "routes": {"namespaces": [{"name": "team-a", "models": ["kimi-*"]}, {"name": "team-b", "models": ["*"]}]},
    },
    "roles alone": {
        "routes": {"scope": "Namespaces", "namespaces": [{"name": "team-a", "models": ["kimi-*"]}]},
        "callers": KEYS,
        "crds": {"enabled": False},
    },
    "one namespace": {
        "routes": {"scope": "Namespaces"},
        "callers": {"serviceAccounts": {"clusterRole": False}},
        "crds": {"enabled": False},
    },
    "autoscaled": {
        "router": {
            "autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 20},
            "podDisruptionBudget": {"minAvailable": "50%"},
        },
    },
    "long streams": {
        "router": {
            "drain": {"preStopSeconds": 0, "propagationSeconds": 10, "deadlineSeconds": 900},
            "terminationGracePeriodSeconds": 960,
        }
    },
    "monitored": {
        "metrics": {
            "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
            "prometheusRule": {"enabled": True},
            "dashboards": {"enabled": True, "grafanaDashboard": {"enabled": True}},
        }
    },
    "investigator": {"investigator": {"enabled": True, "tokens": TOKENS}},
    "investigator with everything": {
        "investigator": {
            "enabled": True,
            "replicas": 3,
            "tokens": {**TOKENS, "key": "file.yaml", "routerKey": "report", "eventKey": "hmac"},
            "database": {"url": "postgresql://sealane@db.internal/sealane", "password": {"existingSecret": "database"}},
            "persistence": {"accessMode": "ReadWriteMany", "storageClass": "shared"},
            "notifications": {
                "webhookUrl": "https://hooks.internal/sealane",
                "webhookSecret": "webhook",
                "slackSecret": "slack",
                "publicUrl": "https://sealane.internal",
            },
            "model": {"url": "http://sealane/v1", "existingSecret": "model", "tenant": "sealane-investigator"},
            "rollbacks": {"enabled": True},
            "podDisruptionBudget": {"enabled": True},
            "extraEgress": [{"ports": [{"port": 5432}]}],
        },
    },
    "investigator that is scraped": {
        "investigator": {"enabled": True, "tokens": TOKENS},
        "metrics": {"serviceMonitor": {"enabled": True}},
    },
    "investigator with roles alone": {
        "routes": {"scope": "Namespaces", "namespaces": [{"name": "team-a", "models": ["kimi-*"]}]},
        "callers": KEYS,
        "crds": {"enabled": False},
        "investigator": {"enabled": True, "tokens": TOKENS, "rollbacks": {"enabled": True}},
    },
    "another registry": {
        "image": {"registry": "registry.internal:5000/llm", "tag": "1.2.3", "pullSecrets": [{"name": "registry"}]},
        "router": {"image": {"digest": "sha256:" + "a" * 64}},
        "operator": {"image": {"repository": "gateway/operator", "tag": "1.2.4"}},
    },
    "tied down": {
        "networkPolicy": {
            "apiServer": {"cidr": "10.0.0.1/32", "port": 6443},
            "dns": {"cidrs": ["169.254.20.10/32"]},
            "providers": {"cidrs": ["203.0.113.0/24"]},
            "extraEgress": [{"to": [{"podSelector": {"matchLabels": {"app": "vllm"}}}], "ports": [{"port": 8000}]}],
            "trafficFrom": [],
            "metricsFrom": [],
        }
    },
    "IPv6 alone": {
        "router": {"listenHost": "[::]", "allowedNetworks": "default,fd00::/8"},
        "operator": {"listenHost": "[::]"},
        "networkPolicy": {
            "apiServer": {"cidr": "fd00:10:96::1/128", "port": 443},
            "dns": {"cidrs": ["fd00:10:96::a/128"], "ports": [53, 5353]},
            "providers": {"cidrs": ["::/0", "2001:db8::/32"]},
            "trafficFrom": [{"ipBlock": {"cidr": "fd00::/8", "except": ["fd00:1::/32"]}}],
        },
    },
    "numbers for names": {
        "image": {"tag": "2024", "pullSecrets": [{"name": "2024"}]},
        "routes": {"namespaces": [{"name": "2024", "models": ["2024"]}]},
        "callers": {"serviceAccounts": {"audience": "2024"}, "keys": {"existingSecret": "2024", "key": "2024"}},
        "router": {
            "podLabels": {"release": "2024"},
            "podAnnotations": {"example.com/build": "2024"},
            "resources": {"requests": {"cpu": 1}, "limits": {"memory": 1073741824}},
        },
        "operator": {"lease": {"name": "2024"}},
        "investigator": {
            "enabled": True,
            "tokens": {"existingSecret": "2024"},
            "persistence": {"existingClaim": "2024"},
        },
        "helmTest": {"apiKey": {"existingSecret": "2024", "key": "2024"}},
    },
    "bare": {
        "networkPolicy": {"enabled": False},
        "rbac": {"create": False},
        "requestAuthorPolicy": {"enabled": False},
        "crds": {"keep": False},
        "helmTest": {"enabled": False},
        "router": {"podDisruptionBudget": {"enabled": False}, "topologySpreadConstraints": []},
        "operator": {"replicas": 1, "podDisruptionBudget": {"enabled": False}},
    },
    "everything of their own": {
        "commonLabels": {"team": "platform"},
        "commonAnnotations": {"owner": "platform@example.com"},
        "hostUsers": False,
        "router": {
            "nodeSelector": {"pool": "gateways"},
            "tolerations": [{"key": "gateways", "operator": "Exists"}],
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "noisy"}}}
                    ]
                }
            },
            "priorityClassName": "system-cluster-critical",
            "podLabels": {"sidecar.istio.io/inject": "false"},
            "podAnnotations": {"example.com/note": "yes"},
            "serviceAccount": {"annotations": {"example.com/role": "gateway"}},
            "service": {
                "type": "LoadBalancer",
                "port": 8080,
                "preferSameZone": True,
                "annotations": {"example.com/internal": "true"},
                "labels": {"exposed": "inside"},
            },
            "extraArgs": ["--upstream-idle-limit=30s"],
            "extraEnv": [{"name": "SSL_CERT_FILE", "value": "/etc/egress/ca.crt"}],
            "extraEnvFrom": [{"configMapRef": {"name": "proxy"}}],
            "extraVolumes": [{"name": "egress", "configMap": {"name": "egress-ca"}}],
            "extraVolumeMounts": [{"name": "egress", "mountPath": "/etc/egress"}],
        },
        "operator": {"lease": {"name": "another-lease", "duration": "30s"}, "extraArgs": ["--workers=4"]},
        "extraObjects": [
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}-own'}\n",
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "as-it-is"}},
        ],
    },
}
