"""Which addresses the router may connect to; names are judged by what they resolve to."""

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Network = IPv4Network | IPv6Network

_LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
_EVERYTHING: tuple[Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
#: What ``default`` leaves out. All of 0.0.0.0/8, because Linux connects it to this machine.
_LOCAL: tuple[Network, ...] = (
    *_LOOPBACK,
    IPv4Network("169.254.0.0/16"),
    IPv6Network("fe80::/10"),
    IPv4Network("0.0.0.0/8"),
    IPv6Network("::/128"),
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1: the last 32 bits are the IPv4 address that is reached
_MOST_ENTRIES = 256


@dataclass(frozen=True, slots=True)
class AllowedNetworks:
    """A list of networks, each allowed or not, as (network, allowed); ``text`` is how it was written.

    Read like a routing table: the longest entry that holds the address decides, of two equal ones the later;
    an address in no entry is refused. IPv4-mapped and NAT64 addresses are judged by the IPv4 address inside,
    because that is the host that would be reached.
    """

    entries: tuple[tuple[Network, bool], ...]
    text: str

    def allows(self, address: IPv4Address | IPv6Address) -> bool:
        """Whether a connection to this address may be made."""
        judged = _reached(address)
        longest, allowed = -1, False
        for network, verdict in self.entries:
            if network.prefixlen >= longest and judged in network:
                longest, allowed = network.prefixlen, verdict
        return allowed

    def with_loopback(self) -> "AllowedNetworks":
        """The same and this machine: what ``sealane up`` grants to a provider with ``allowInsecure``."""
        return replace(self, entries=(*self.entries, *((network, True) for network in _LOOPBACK)))

    def __str__(self) -> str:
        return self.text


def _reached(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    # A zone is not part of the address, and `in` refuses to look through it.
    return IPv6Address(int(address)) if address.scope_id else address


def networks(text: str) -> AllowedNetworks:
    """Entries separated by commas: ``10.0.0.0/8`` allows, ``!10.1.0.0/16`` refuses, ``default`` is the usual
    list."""
    entries: list[tuple[Network, bool]] = []
    for part in (piece.strip() for piece in text.split(",")):
        if part == "default":
            entries += [(network, True) for network in _EVERYTHING] + [(network, False) for network in _LOCAL]
            continue
        try:
            entries.append((ip_network(part.removeprefix("!")), not part.startswith("!")))
        except ValueError:
            raise ValueError(
                f"{part[:60]!r} is no network; write default, 10.0.0.0/8 or !10.1.0.0/16, separated by commas"
            ) from None
    if len(entries) > _MOST_ENTRIES:
        raise ValueError(f"write at most {_MOST_ENTRIES} networks")
    return AllowedNetworks(tuple(entries), text)
