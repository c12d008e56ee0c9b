"""How a setting is written, for the groups of this package; what every deployable shares is in sealane_telemetry."""

from sealane_telemetry.settings.variable import (
    Address,
    SettingsError,
    Variable,
    address,
    choice,
    count,
    duration,
    object_name,
    path,
    paths,
    setting,
    size,
    switch,
    written_size,
)

__all__ = [
    "Address",
    "SettingsError",
    "Variable",
    "address",
    "choice",
    "count",
    "duration",
    "object_name",
    "path",
    "paths",
    "setting",
    "size",
    "switch",
    "written_size",
]
