"""Which cluster, as whom and in which namespace: the answers kubectl would give, in its order of precedence."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from kubernetes.aio.client import Configuration
from kubernetes.aio.config import load_incluster_config

from .credentials import load_credentials
from .failures import CommandFailed

DEFAULT_NAMESPACE = "default"

_MAX_MESSAGE = 500
_POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


@dataclass(frozen=True, slots=True)
class Flags:
    """What was said on the command line; an empty text was not said. ``timeout`` is seconds of one call."""

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    user: str = ""
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """A cluster, its caller, and the namespace that is meant when none is named."""

    configuration: Configuration
    namespace: str


async def find_place(flags: Flags, environ: Mapping[str, str], pod_namespace: Path = _POD_NAMESPACE) -> Place:
    """Return where to call. Raises CommandFailed when there is no usable configuration."""
    files = config_files(flags, environ)
    configuration = Configuration()
    configuration.retries = None
    try:
        if files:
            # The library lets the last file name the current context; with kubectl it is the first.
            context = flags.context or _current_context(files)
            told = str((await load_credentials(files, context, configuration)).get("namespace") or "")
        else:
            load_incluster_config(client_configuration=configuration)
            told = _text(pod_namespace)
    except CommandFailed:
        raise
    except Exception as error:  # the library raises whatever a malformed file makes of its code
        place = f"kubeconfig {os.pathsep.join(map(str, files))}" if files else "the pod's ServiceAccount"
        reason = " ".join(str(error).split())[:_MAX_MESSAGE]
        raise CommandFailed(f"{place} cannot be used: {reason}; check it with: kubectl config view") from error
    return Place(configuration, flags.namespace or told or DEFAULT_NAMESPACE)


def config_files(flags: Flags, environ: Mapping[str, str]) -> list[Path]:
    """Return the kubeconfigs to merge, none inside a pod: the flag, else KUBECONFIG's list, else ~/.kube/config.

    Raises CommandFailed when what was named is not there, or when nothing is.
    """
    if flags.kubeconfig:
        named = [Path(flags.kubeconfig).expanduser()]
        why = f"--kubeconfig {flags.kubeconfig}"
    elif environ.get("KUBECONFIG"):
        named = [Path(each).expanduser() for each in environ["KUBECONFIG"].split(os.pathsep) if each]
        why = f"KUBECONFIG={environ['KUBECONFIG']}"
    else:
        own = Path(environ.get("HOME") or Path.home()) / ".kube" / "config"
        if own.is_file():
            return [own]
        if environ.get("KUBERNETES_SERVICE_HOST"):
            return []
        raise CommandFailed(f"there is no kubeconfig: write {own}, set KUBECONFIG, or give --kubeconfig FILE")
    found = [path for path in named if path.is_file()]
    if not found:
        raise CommandFailed(f"{why} names no file that exists; correct it, or leave it out to use ~/.kube/config")
    return found


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def _current_context(files: list[Path]) -> str:
    for path in files:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(config, Mapping) and config.get("current-context"):
            return str(config["current-context"])
    raise CommandFailed(
        "the kubeconfig has no current context: choose one with --context NAME, or kubectl config use-context NAME"
    )
