"""The caller's credential as the kubeconfig has it, renewed while a command follows a rollout for hours.

A user may be a token, a file, a certificate or a program that makes tokens (``exec``), most of which live for an hour
or less. The library loads them once; here they are looked at again, at most once a minute.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from kubernetes.aio.client import Configuration
from kubernetes.aio.config import load_kube_config

from .failures import CommandFailed

#: Seconds between two looks at where the credential comes from.
RENEW_SECONDS = 60.0

#: The library tells here, and nowhere else, why a program gave no credential.
_LOG = logging.getLogger("kubernetes.aio.config.kube_config")


async def load_credentials(
    files: Sequence[Path],
    context: str,
    configuration: Configuration,
    monotonic: Callable[[], float] = time.monotonic,
) -> Mapping[str, Any]:
    """Fill the configuration from merged kubeconfigs, and return the context. Raises what the library does.

    Raises CommandFailed when the program that makes the credential made none.
    """
    with _heard() as said:
        loader = await load_kube_config(
            config_file=os.pathsep.join(map(str, files)),
            context=context,
            client_configuration=configuration,
            persist_config=False,
        )
    chosen: Mapping[str, Any] = loader.current_context["context"]
    program = _program(files, str(chosen.get("user") or ""))
    if program and not configuration.api_key and not configuration.cert_file:
        why = " ".join(" ".join(said).split()) or "it said nothing"
        raise CommandFailed(f"{program} gave no credential for the cluster: {why}; check with: kubectl auth whoami")
    looked = monotonic()

    async def renew(_configuration: Configuration) -> None:
        nonlocal looked
        if monotonic() - looked < RENEW_SECONDS:
            return
        looked = monotonic()
        with _heard():  # what cannot be renewed is used until the API server refuses it
            await loader.load_and_set(configuration)

    configuration.refresh_api_key_hook = renew
    return chosen


def _program(files: Sequence[Path], user: str) -> str:
    """Return the program that makes a user's credential; empty when none does."""
    for path in files:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in (config.get("users") if isinstance(config, Mapping) else None) or ():
            if entry.get("name") == user:
                return str(((entry.get("user") or {}).get("exec") or {}).get("command") or "")
    return ""


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Keep from the terminal what the library logs meanwhile, and yield it."""
    said: list[str] = []
    ears = logging.Handler(logging.ERROR)
    ears.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]  # nothing else is needed
    before, _LOG.propagate = _LOG.propagate, False
    _LOG.addHandler(ears)
    try:
        yield said
    finally:
        _LOG.removeHandler(ears)
        _LOG.propagate = before
