"""helm, the way people run it on a cluster: install, upgrade, roll back, test, uninstall."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.kubectl import Kubectl

#: helm's own ``--timeout`` ends before this.
PATIENCE_SECONDS = 420.0


class HelmError(Exception):
    """helm said no; the text is what it wrote to stderr, and what a person sees."""


@dataclass(frozen=True, slots=True)
class Helm:
    """One cluster through helm."""

    program: Path
    kubeconfig: Path

    def __call__(self, *arguments: str, values: Mapping[str, object] | None = None) -> str:
        """Run ``helm arguments``, with ``values`` as a file, and return its stdout.

        Raises HelmError when it exits with anything but 0.
        """
        given = ["--values=-"] if values is not None else []
        done = subprocess.run(
            [self.program, *arguments, *given],
            env=Kubectl(self.program, self.kubeconfig).environment(),
            input=json.dumps(values) if values is not None else "",
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode:
            raise HelmError(f"{done.stderr.strip()}\n{done.stdout.strip()[-2000:]}")
        return done.stdout
