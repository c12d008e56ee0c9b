"""What a command could not do, in one sentence for the person who typed it."""

import re

from sealane_kube.errors import Conflict, Forbidden, Invalid, KubeError, NotFound, Throttled

#: Kubernetes' own words (https://kubernetes.io/docs/reference/access-authn-authz/authorization/).
_FORBIDDEN = re.compile(
    r'User "(?P<user>.*?)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]+)"| (?P<everywhere>at the cluster scope))?'
)


class CommandFailed(Exception):
    """A command that ends here: the text is for stderr. ``passing``: asked again later, it may well go through."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


def no_kinds() -> CommandFailed:
    """The cluster does not know routes."""
    return CommandFailed(
        "this cluster has no ProviderRoutes: install Sealane's CRDs (kubectl apply --server-side -f k8s/crds), "
        "or choose another cluster with --context"
    )


def failed(error: KubeError, server: str) -> CommandFailed:
    """Say what the API at ``server`` did not do, and what to do about it."""
    match error:
        case Forbidden():
            return CommandFailed(_forbidden(error))
        case NotFound():
            return no_kinds()
        case Conflict():
            return CommandFailed("the route changed again and again while it was written; try again")
        case Invalid():
            return CommandFailed(f"the API server refuses it: {error.words}")
        case Throttled():
            busy = f"the API server at {server} is busy; try again in {error.retry_after or 1:g} s"
            return CommandFailed(busy, passing=True)
        case _:
            return CommandFailed(
                f"the API server at {server} does not answer ({error.words}); check it with: kubectl cluster-info",
                passing=True,
            )


def _forbidden(error: Forbidden) -> str:
    if error.status == 401:
        return "the API server does not know you (401): log in again, and check with: kubectl auth whoami"
    found = _FORBIDDEN.search(error.words)
    if found is None:
        return f"the API server refuses it: {error.words}"
    resource = ".".join(filter(None, (found["resource"], found["group"])))
    place, flag = "", ""
    if found["namespace"]:
        place, flag = f" in namespace {found['namespace']}", f" -n {found['namespace']}"
    elif found["everywhere"]:
        place, flag = " in all namespaces", " -A"
    return (
        f"{found['user']} may not {found['verb']} {resource}{place}: ask for a role that allows it, and check with: "
        f"kubectl auth can-i {found['verb']} {resource}{flag}"
    )
