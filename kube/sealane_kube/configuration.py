"""Where the API is, and who asks."""

from pathlib import Path

from kubernetes.aio.client import Configuration
from kubernetes.aio.config import load_incluster_config, load_kube_config

from .errors import KubeconfigError

__all__ = ["Configuration", "load_configuration"]


async def load_configuration(kubeconfig: Path | None) -> Configuration:
    """Return where the API is and who we are: from a file, or from the pod's ServiceAccount, whose token is re-read.

    Raises KubeconfigError.
    """
    configuration = Configuration()
    configuration.retries = None
    try:
        if kubeconfig is not None:
            await load_kube_config(
                config_file=str(kubeconfig), client_configuration=configuration, persist_config=False
            )
        else:
            load_incluster_config(client_configuration=configuration)
    except Exception as error:  # the library raises whatever a malformed file makes of its code
        place = f"kubeconfig {kubeconfig}" if kubeconfig is not None else "the pod's ServiceAccount"
        raise KubeconfigError(place, str(error) or type(error).__name__) from error
    return configuration
