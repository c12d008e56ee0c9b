"""``sealane-investigator serve`` and ``migrate``: flags and variables become settings, or say what is wrong."""

import sys
from collections.abc import Mapping, Sequence

from sealane_investigator.settings.model import Settings
from sealane_telemetry.settings.reading import flags_of, unknown_variables
from sealane_telemetry.settings.variable import Address, SettingsError

from .building import build
from .process import run_migration, serve

_EXIT_USAGE = 2


def run_serve(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve until SIGTERM; returns the exit code (2: a setting is wrong)."""
    settings = _settings(arguments, environ, needs_tokens=True)
    return _EXIT_USAGE if settings is None else serve(settings, build, started=_announce)


def run_migrate(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Bring the tables up to this release; returns the exit code."""
    settings = _settings(arguments, environ, needs_tokens=False)
    return _EXIT_USAGE if settings is None else run_migration(settings)


def _settings(arguments: Sequence[str], environ: Mapping[str, str], *, needs_tokens: bool) -> Settings | None:
    try:
        settings = Settings.from_environment(environ, flags_of(arguments), needs_tokens=needs_tokens)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return None
    for line in unknown_variables(environ, Settings.variables()):
        sys.stderr.write(f"{line}\n")
    return settings


def _announce(address: Address) -> None:
    sys.stdout.write(f"sealane-investigator serves http://{address}\n")
    sys.stdout.flush()
