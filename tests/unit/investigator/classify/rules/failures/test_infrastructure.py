"""Each wording of databases and Kubernetes finds its rule, wrapped as it was found."""

import pytest

from sealane_investigator.classify.rules.failures import infrastructure
from tests.support.rules_found import names_of_rules, rule_found

_WORDINGS = [
    ("database.prepared", None, "node", 'prepared statement "s3" does not exist'),
    (
        "database.prepared",
        None,
        "psycopg",
        ('psycopg.errors.DuplicatePreparedStatement: prepared statement "_pg3_0" already exists'),
    ),
    (
        "database.prepared",
        None,
        "postgres",
        (
            "[2018-01-31 17:52:19,296: ERROR]: [^---<TaskService> foo_bar]: Raised exception: prepared stat"
            'ement "__asyncpg_stmt_1__" already exists'
        ),
    ),
    ("database.connections", None, "pgbouncer", "query_wait_timeout"),
    (
        "database.connections",
        None,
        "prisma",
        ('Error in PostgreSQL connection: FATAL: too many connections for database "litellm"'),
    ),
    (
        "database.connections",
        None,
        "sqlalchemy",
        (
            "(sqlalchemy.dialects.postgresql.asyncpg.Error) <class 'asyncpg.exceptions.TooManyConnectionsEr"
            "ror'>: remaining connection slots are reserved for roles with privileges of the \"pg_use_reser"
            'ved_connections" role'
        ),
    ),
    ("kubernetes.reference", None, "kubelet", 'Error: secret "openai-key" not found'),
    (
        "kubernetes.reference",
        None,
        "controller",
        ('Error creating: pods "x" is forbidden: no PriorityClass with name gold was found'),
    ),
    (
        "kubernetes.reference",
        None,
        "kubernetes",
        (
            'Warning FailedCreate 9m28s (x4 over 9m35s) job-controller Error creating: pods "get-data-" is '
            'forbidden: error looking up service account default/get-data-service-account: serviceaccount "'
            'get-data-service-account" not found'
        ),
    ),
    ("kubernetes.command", None, "kubelet", "exec /app/entrypoint.sh: exec format error"),
    (
        "kubernetes.command",
        None,
        "kubelet",
        (
            'Error: failed to create containerd task: OCI runtime create failed: exec: "python3.12": execut'
            "able file not found in $PATH: unknown"
        ),
    ),
    (
        "kubernetes.command",
        None,
        "kubelet",
        (
            "Error: failed to create containerd task: failed to create shim task: OCI runtime create failed"
            ': runc create failed: unable to start container process: error during container init: exec: "/'
            'bin/app": permission denied: unknown'
        ),
    ),
    ("kubernetes.image", None, "kubelet", "Error: ErrImageNeverPull"),
    (
        "kubernetes.image",
        None,
        "kubelet",
        ('Container image "router:dev" is not present with pull policy of Never (ErrImageNeverPull)'),
    ),
    (
        "kubernetes.image",
        None,
        "kubelet",
        (
            'Failed to pull image "nginx:9.99": rpc error: code = NotFound desc = failed to pull and unpack'
            ' image "docker.io/library/nginx:9.99": failed to resolve reference "docker.io/library/nginx:9.'
            '99": docker.io/library/nginx:9.99: not found'
        ),
    ),
    ("kubernetes.schedule", None, "scheduler", "0/12 nodes are available: 12 Too many pods."),
    (
        "kubernetes.schedule",
        None,
        "scheduler",
        (
            "0/6 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't have free ports for th"
            "e requested pod ports"
        ),
    ),
    (
        "kubernetes.schedule",
        None,
        "kubernetes",
        (
            "Warning FailedScheduling 100s (x2 over 6m45s) default-scheduler 0/2 nodes are available: pod h"
            "as unbound immediate PersistentVolumeClaims. preemption: 0/2 nodes are available: 2 Preemption"
            " is not helpful for scheduling."
        ),
    ),
    ("kubernetes.crash", None, "kubelet", "Last State: Terminated Reason: OOMKilled Exit Code: 137"),
    (
        "kubernetes.crash",
        None,
        "kubelet",
        ('Startup probe failed: Get "http://10.1.0.9:8080/healthz": connection refused'),
    ),
    (
        "kubernetes.crash",
        None,
        "kubernetes",
        (
            "Warning BackOff 10s (x2 over 11s) kubelet Back-off restarting failed container payment-process"
            "ing-container in pod payment-processing-worker-747ccfb9db-78qds_default(321da3d1-2435-4987-bdd"
            "9-cc69dd3617ba)"
        ),
    ),
]


@pytest.mark.parametrize(("rule", "status", "provider", "text"), _WORDINGS)
def test_a_wording_finds_its_rule(rule: str, status: int | None, provider: str | None, text: str) -> None:
    """No rule that stands before it takes it away."""
    assert rule_found(text, status=status, provider=provider) == rule


def test_every_rule_has_a_wording() -> None:
    """A rule that nothing shows to work is not needed."""
    assert names_of_rules(infrastructure) == {name for name, *_ in _WORDINGS}
