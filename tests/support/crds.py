"""The two kinds of Sealane in a cluster of the tests."""

import time
from pathlib import Path

from tests.support.cluster import Cluster
from tests.support.kubectl import Kubectl, KubectlError

FOLDER = Path(__file__).resolve().parents[2] / "k8s" / "crds"

NAMES = ("providerroutes.sealane.dev", "providerrouterevisions.sealane.dev")


def with_crds(cluster: Cluster) -> Kubectl:
    """The administrator of a cluster that has both kinds now, as the files say; asking again changes nothing."""
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(FOLDER))
    for name in NAMES:
        wait_until_established(cluster.kubectl, name)
    return cluster.kubectl


def wait_until_established(kubectl: Kubectl, name: str) -> None:
    """Wait until the API serves a kind. Raises KubectlError when it does not come to that."""
    for patience in reversed(range(20)):
        try:
            kubectl("wait", "--for=condition=Established", f"crd/{name}")
        except KubectlError as error:
            # kubectl cannot read a status without conditions, which is how a CRD begins.
            if "accessor error" not in str(error) or not patience:
                raise
            time.sleep(0.1)
        else:
            return
