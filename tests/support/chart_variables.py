"""The variables of a chart's container as its program sees them in a pod."""

import re

from tests.support.helm import Rendered

#: What the downward API would say of a pod.
_POD = {
    "{metadata.name}": "sealane-0",
    "{metadata.namespace}": "llm",
    "{metadata.labels['pod-template-hash']}": "5d4f8c7b6",
}


def environment_of(objects: Rendered, component: str) -> dict[str, str]:
    """The environment of a component's container, with fields of the pod filled in and ``$(NAME)`` replaced."""
    environ: dict[str, str] = {}
    for name, value in objects.env(component).items():
        told = _POD.get(value, value)
        environ[name] = re.sub(r"\$\((\w+)\)", lambda found: environ[found[1]], told)
    return environ
