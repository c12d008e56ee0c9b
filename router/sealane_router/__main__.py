"""``sealane-router``: one router in a cluster, configured by ``SEALANE_*`` variables or their flags."""

import os
import sys
from collections.abc import Sequence

from sealane_telemetry.settings.reading import flags_of, usage

from .app.process import serve
from .settings.reading import Settings, unknown_variables
from .settings.variable import SettingsError

_USAGE = "usage: sealane-router [--FLAG VALUE]...   (flags and variables: docs/settings.md)\n"
_EXIT_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a router; returns the exit code (2: a setting is wrong)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments in (["--help"], ["-h"]):
        sys.stdout.write(_USAGE + usage(Settings.variables()))
        return 0
    try:
        settings = Settings.from_environment(os.environ, flags_of(arguments))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_USAGE
    if not settings.sources.routes and not settings.cluster.follow:
        sys.stderr.write("SEALANE_ROUTES: found no route file; write --routes FILE, or --cluster true\n")
        return _EXIT_USAGE
    for line in unknown_variables(os.environ):
        sys.stderr.write(f"{line}\n")
    return serve(settings, os.environ, laptop=False)


if __name__ == "__main__":
    sys.exit(main())
