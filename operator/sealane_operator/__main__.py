"""``sealane-operator``: the operator of a cluster, configured by ``SEALANE_*`` variables or their flags."""

import os
import sys
from collections.abc import Sequence

from sealane_telemetry.settings.reading import flags_of, unknown_variables, usage
from sealane_telemetry.settings.variable import SettingsError

from .app.process import serve
from .settings.model import Settings

_USAGE = "usage: sealane-operator [--FLAG VALUE]...   (flags and variables: docs/operator.md)\n"
_EXIT_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run an operator; returns the exit code (2: a setting is wrong)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments in (["--help"], ["-h"]):
        sys.stdout.write(_USAGE + usage(Settings.variables()))
        return 0
    try:
        settings = Settings.from_environment(os.environ, flags_of(arguments))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_USAGE
    for line in unknown_variables(os.environ, Settings.variables()):
        sys.stderr.write(f"{line}\n")
    return serve(settings)


if __name__ == "__main__":
    sys.exit(main())
