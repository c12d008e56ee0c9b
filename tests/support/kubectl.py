"""kubectl, the way people run it: a program with an exit code, asked about one cluster."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

#: Longer than any answer on a busy machine; ``kubectl wait`` brings a limit of its own.
PATIENCE_SECONDS = 90.0


class KubectlError(Exception):
    """kubectl said no; the text is what it wrote to stderr, and what a person sees."""


@dataclass(frozen=True, slots=True)
class Kubectl:
    """One cluster through kubectl, as the kubeconfig's user or as ``user``, whom that user impersonates."""

    program: Path
    kubeconfig: Path
    user: str = ""

    def impersonating(self, user: str) -> Self:
        """The same cluster with the permissions of ``user``, and none of ours."""
        return type(self)(self.program, self.kubeconfig, user)

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        """Run ``kubectl arguments`` and return its stdout. Raises KubectlError when it exits with anything but 0."""
        done = subprocess.run(
            [self.program, *arguments, *([f"--as={self.user}"] if self.user else [])],
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode:
            raise KubectlError(done.stderr.strip())
        return done.stdout

    def apply(self, *manifests: Mapping[str, object]) -> str:
        """``kubectl apply`` these objects. Raises KubectlError with the reason of each that was refused."""
        objects = {"apiVersion": "v1", "kind": "List", "items": manifests}
        return self("apply", "-f", "-", stdin=json.dumps(objects))

    def may(self, verb: str, resource: str, *flags: str) -> bool:
        """Whether the user may do that: ``kubectl auth can-i``, which says no with an exit code."""
        try:
            return self("auth", "can-i", verb, resource, *flags).strip() == "yes"
        except KubectlError:
            return False

    def environment(self) -> dict[str, str]:
        """What a process needs to reach this cluster; the caches stay beside the kubeconfig."""
        return {
            **os.environ,
            "KUBECONFIG": str(self.kubeconfig),
            "KUBECACHEDIR": str(self.kubeconfig.parent / "kubectl-cache"),
        }
