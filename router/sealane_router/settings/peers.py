"""Where the other routers are."""

from .variable import Address, address

#: Names, each of which may have many addresses; usually it is one, that of the headless admin Service.
MAX_NAMES = 16


def peers(text: str) -> tuple[Address, ...]:
    """``host:port`` separated by commas, each once; empty text is no peer."""
    found = tuple(dict.fromkeys(address(part.strip()) for part in text.split(",") if part.strip()))
    for each in found:
        if not each.port:
            raise ValueError(f"nobody can be asked at port 0 of {each.host}; write the port of the routers' --admin")
    if len(found) > MAX_NAMES:
        raise ValueError(f"write at most {MAX_NAMES} names, or one headless Service that has all the addresses")
    return found
