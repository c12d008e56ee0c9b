"""What a pod belongs to. Pure."""

import re

#: The letters of generated names (k8s.io/apimachinery/pkg/util/rand), which hold no words by chance.
_SAFE = "bcdfghjklmnpqrstvwxz2456789"
_OF_DEPLOYMENT = re.compile(rf"(.{{1,240}})-[{_SAFE}]{{6,10}}-[{_SAFE}]{{5}}")
_GENERATED = re.compile(rf"(.{{1,240}})-[{_SAFE}]{{5}}")


def workload_of(kind: str, name: str) -> tuple[str, str]:
    """Return what a pod belongs to, as far as its name tells: pods come and go, and their workload is what is ill.

    ``kubectl describe`` takes what is returned: a pod's name without its generated end is a prefix.
    """
    if kind == "Pod":
        found = _OF_DEPLOYMENT.fullmatch(name)
        if found is not None:
            return "Deployment", found[1]
        found = _GENERATED.fullmatch(name)
        if found is not None:
            return "Pod", found[1]
    if kind == "ReplicaSet":
        base, _, generated = name.rpartition("-")
        if base and re.fullmatch(rf"[{_SAFE}]{{6,10}}", generated):
            return "Deployment", base
    return kind, name
