"""Which base URLs a provider may have: the literal host alone decides; resolved addresses are the router's to judge.

The grammar leaves no room for the spellings by which a loopback or metadata address slips through a careless check
(``2130706433``, ``127.1``, ``0x7f.1``, ``0177.0.0.1``, ``[::ffff:127.0.0.1]``, ``%6cocalhost``): a name's last label
starts with a letter, an IPv4 address has four decimal numbers without leading zeros, and an IPv6 address is a global
or a unique local one.
"""

import ipaddress
import re

from sealane_api.problems import shown

_UNSAFE = re.compile(r"[^!-~]|[\"<>\\^`{|}]")
_PARTS = re.compile(r"(https?)://([^/]+)(/.*)?")
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?")
_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(\.{_OCTET}){{3}}")
_IPV6 = re.compile(r"\[[0-9a-f:]+\]")
_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"({_LABEL}\.)*(?=[a-z]){_LABEL}\.?")
_SEGMENT = re.compile(r"([A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})+")
_ESCAPED_DOTS = re.compile(r"%2e|%2f|%5c|%00", re.IGNORECASE)

_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
_UNIQUE_LOCAL_IPV6 = ipaddress.IPv6Network("fc00::/7")
_METADATA_IPV6 = ipaddress.IPv6Network("fd00:ec2::/32")
_LOOPBACK_IPV6 = ipaddress.IPv6Address("::1")
_PORTS = {"https": 443, "http": 80}

_HOST_FORMS = "write a host name, an IPv4 address of four decimal numbers, or an IPv6 address in brackets"


def url_problem(url: str, *, allow_insecure: bool, laptop: bool) -> str | None:
    """Return what is wrong with a provider's base URL and what to write instead, or None.

    ``allow_insecure`` admits http; on a ``laptop`` it admits loopback hosts as well.
    """
    for sign, part in (("@", "user info"), ("?", "a query"), ("#", "a fragment")):
        if sign in url:
            return f"found {part} (not shown); write scheme, host and path only: a key goes into credential.secretRef"
    if (unsafe := _UNSAFE.search(url)) is not None:
        return f"found the character {unsafe.group()!r}; write plain ASCII (an international host name as xn--…)"
    parts = _PARTS.fullmatch(url)
    if parts is None:
        return f"found {shown(url)}; write a URL such as https://api.moonshot.ai/v1"
    scheme, authority, path = parts.groups()
    if scheme == "http" and not allow_insecure:
        return "found http; write https, or set allowInsecure: true if nobody can read this connection"
    return _authority_problem(authority, loopback=laptop and allow_insecure) or _path_problem(path or "")


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, lower-case host and port of a URL in which :func:`url_problem` finds nothing."""
    parts = _PARTS.fullmatch(url)
    authority = _AUTHORITY.fullmatch(parts.group(2)) if parts is not None else None
    if parts is None or authority is None:
        raise ValueError("not a base URL")
    host, port = authority.groups()
    return parts.group(1), host.lower().removesuffix("."), int(port or _PORTS[parts.group(1)])


def _authority_problem(authority: str, *, loopback: bool) -> str | None:
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        return f"found host and port {shown(authority)}; {_HOST_FORMS}, then perhaps a port"
    host, port = parts.groups()
    if port is not None and not 1 <= int(port) <= 65535:
        return f"found port {port}; write a port from 1 to 65535"
    return _host_problem(host.lower(), loopback=loopback)


def _host_problem(host: str, *, loopback: bool) -> str | None:
    if _IPV4.fullmatch(host):
        kind = _ipv4_kind(host)
    elif _IPV6.fullmatch(host):
        try:
            kind = _ipv6_kind(ipaddress.IPv6Address(host[1:-1]))
        except ValueError:
            return f"found host {shown(host)}; {_HOST_FORMS}"
    elif _NAME.fullmatch(host) and len(host) <= 253:
        name = host.removesuffix(".")
        kind = "a loopback name" if name == "localhost" or name.endswith(".localhost") else None
    else:
        return f"found host {shown(host)}; {_HOST_FORMS}"
    if kind is None or (loopback and kind.startswith("a loopback")):
        return None
    return f"found host {shown(host)}, {kind}; write the provider's public host or a Service's name"


def _ipv4_kind(host: str) -> str | None:
    """Return the kind of an address that no provider may have."""
    if host.startswith("127."):
        return "a loopback address"
    if host.startswith("0."):
        return "an unspecified address"
    return "a link-local address" if host.startswith("169.254.") else None


def _ipv6_kind(address: ipaddress.IPv6Address) -> str | None:
    """Return the kind of an address that no provider may have; all but global and unique local ones have one."""
    if address == _LOOPBACK_IPV6:
        return "a loopback address"
    if address.is_unspecified:
        return "an unspecified address"
    if address in _METADATA_IPV6:
        return "a cloud's metadata address"
    if address in _GLOBAL_IPV6 or address in _UNIQUE_LOCAL_IPV6:
        return None
    if address.ipv4_mapped is not None:
        return "an IPv4-mapped address"
    return "a link-local address" if address.is_link_local else "neither a global nor a unique local address"


def _path_problem(path: str) -> str | None:
    for segment in path.rstrip("/").split("/")[1:]:
        if segment in {"", ".", ".."} or _ESCAPED_DOTS.search(segment) or not _SEGMENT.fullmatch(segment):
            return f"found path {shown(path)}; write it without empty, '.' or '..' segments, as in /api/paas/v4"
    return None
