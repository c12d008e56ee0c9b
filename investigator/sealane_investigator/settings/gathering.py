"""Where facts come from: the routers' admin ports; the text under each field says why its default is what it is."""

from dataclasses import dataclass

from sealane_telemetry.settings.variable import Address, address, setting

_MAX_ADDRESSES = 1_000


def addresses(text: str) -> tuple[Address, ...]:
    """Addresses separated by commas, each once."""
    found = tuple(dict.fromkeys(address(part.strip()) for part in text.split(",") if part.strip()))
    if len(found) > _MAX_ADDRESSES:
        raise ValueError(f"write at most {_MAX_ADDRESSES} addresses")
    return found


@dataclass(frozen=True, slots=True)
class GatherSettings:
    """Whom to ask for facts."""

    routers: tuple[Address, ...] = setting("SEALANE_ROUTERS", "", "host:port, separated by commas", addresses)
    """Admin addresses of the routers, usually the headless Service ``sealane-router-admin:9090``; a name is resolved to
    all of its addresses. Empty: no figures are gathered, and every diagnosis says so."""
