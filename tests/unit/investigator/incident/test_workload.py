"""What a pod belongs to, by its name."""

import pytest

from sealane_investigator.incident.workload import workload_of


@pytest.mark.parametrize(
    ("kind", "name", "wanted"),
    [
        ("Pod", "web-7d4b9c6f5d-x2x4z", ("Deployment", "web")),
        ("Pod", "my-web-6b8f7d-x2x4z", ("Deployment", "my-web")),
        ("Pod", "agent-x2x4z", ("Pod", "agent")),
        ("Pod", "db-0", ("Pod", "db-0")),
        ("Pod", "redis-proxy", ("Pod", "redis-proxy")),
        ("ReplicaSet", "web-7d4b9c6f5d", ("Deployment", "web")),
        ("ReplicaSet", "by-hand", ("ReplicaSet", "by-hand")),
        ("Node", "node-x2x4z", ("Node", "node-x2x4z")),
    ],
)
def test_a_pod_is_called_by_what_it_belongs_to(kind: str, name: str, wanted: tuple[str, str]) -> None:
    """Ten pods of one Deployment are ill of one thing."""
    assert workload_of(kind, name) == wanted
