"""The two kinds of Sealane in a cluster of the tests."""

from pathlib import Path

from tests.support.cluster import Cluster
from tests.support.kubectl import Kubectl

FOLDER = Path(__file__).resolve().parents[2] / "k8s" / "crds"

NAMES = ("providerroutes.sealane.dev", "providerrouterevisions.sealane.dev")


def with_crds(cluster: Cluster) -> Kubectl:
    """The administrator of a cluster that has both kinds now, as the files say; asking again changes nothing."""
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(FOLDER))
    for name in NAMES:
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{name}")
    return cluster.kubectl
