"""``sealane-router``: one router in a cluster, configured by ``SEALANE_*`` variables or their flags."""

import os
import sys
from collections.abc import Sequence

from .app.process import serve
from .settings.reading import Settings, unknown_variables
from .settings.variable import SettingsError

_USAGE = "usage: sealane-router [--FLAG VALUE]...   (flags and variables: docs/settings.md)\n"
_EXIT_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a router; returns the exit code (2: a setting is wrong)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments in (["--help"], ["-h"]):
        sys.stdout.write(_USAGE + "".join(f"  {v.flag:28} {v.name}\n" for v in Settings.variables()))
        return 0
    try:
        settings = Settings.from_environment(os.environ, _flags(arguments))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_USAGE
    if not settings.sources.routes:
        sys.stderr.write("SEALANE_ROUTES: found no route file; write --routes FILE\n")
        return _EXIT_USAGE
    for line in unknown_variables(os.environ):
        sys.stderr.write(f"{line}\n")
    return serve(settings, os.environ, laptop=False)


def _flags(arguments: Sequence[str]) -> dict[str, str]:
    flags: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        flag, separator, value = rest.pop(0).partition("=")
        if not separator and (not rest or rest[0].startswith("--")):
            raise SettingsError(f"{flag}: found no value; write {flag} VALUE")
        flags[flag] = value if separator else rest.pop(0)
    return flags


if __name__ == "__main__":
    sys.exit(main())
