"""Settings given as flags: every ``SEALANE_SOMETHING`` is a ``--something``."""

from collections.abc import Sequence


class FlagError(ValueError):
    """An argument that is no flag with a value."""


def settings_flags(arguments: Sequence[str]) -> dict[str, str]:
    """``["--log-level", "debug", "--uvloop=false"]`` as flag and value; raises FlagError. Names are checked later."""
    flags: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        flag, separator, value = argument.partition("=")
        if not flag.startswith("--"):
            raise FlagError(f"{argument!r} is no flag; write --flag VALUE")
        if not separator:
            if not rest or rest[0].startswith("--"):
                raise FlagError(f"{flag} needs a value; write {flag} VALUE")
            value = rest.pop(0)
        flags[flag] = value
    return flags
