"""A host for stub providers that a CRD admits: it refuses loopback addresses and localhost, and judges text alone."""

import functools
import re
import socket
from dataclasses import dataclass
from pathlib import Path

_HOSTS = Path("/etc/hosts")
#: What the CRD takes for a name: its last label begins with a letter, and it is no localhost.
_ADMITTED = re.compile(r"([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class ThisMachine:
    """``host`` goes into a provider's base URL, ``address`` is where its stub has to listen.

    ``allowed`` is the router's setting SEALANE_ALLOWED_NETWORKS with which it may connect there.
    """

    host: str
    address: str
    allowed: str

    def url(self, url: str) -> str:
        """``url`` of a stub (``http://127.0.0.1:port/v1``) as a route may have it."""
        return url.replace(f"//{self.address}:", f"//{self.host}:", 1)


@functools.cache
def this_machine() -> ThisMachine:
    """A name that leads to loopback, where the machine has one (it usually calls itself so), else its own address.

    Raises RuntimeError when it has neither.
    """
    for name in _names():
        if _ADMITTED.fullmatch(name) and not name.endswith("localhost") and (address := _loopback(name)):
            return ThisMachine(name, address, "default,127.0.0.0/8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing, and says from where it would
        except OSError as error:
            raise RuntimeError("write '127.0.0.1 <a name>' into /etc/hosts for the tests' providers") from error
        address = str(probe.getsockname()[0])
    return ThisMachine(address, address, "default")


def _names() -> list[str]:
    lines = _HOSTS.read_text(encoding="utf-8").splitlines() if _HOSTS.is_file() else []
    entries = [line.partition("#")[0].split() for line in lines]
    named = [name for entry in entries if entry and entry[0].startswith("127.") for name in entry[1:]]
    return [socket.gethostname(), *named]


def _loopback(name: str) -> str | None:
    """The one address that ``name`` leads to, when nobody else can be reached there."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(name, None, socket.AF_INET)}
    except OSError:
        return None
    address = str(found.pop()) if len(found) == 1 else ""
    return address if address.startswith("127.") else None
