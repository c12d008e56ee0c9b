"""The fingerprint of an error, in this version and in the one before."""

import hashlib
from dataclasses import dataclass

from sealane_investigator.fingerprint.versions import VERSIONS, Version
from sealane_investigator.incident.peeled import Peeled

#: Hexadecimal digits of a hash: 64 bits keep a million templates apart.
HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """``hash`` is ``v1:`` and 16 hexadecimal digits; ``template`` the wording for a reader, ``{}`` what varies."""

    hash: str
    template: str


def fingerprint(peeled: Peeled, versions: tuple[Version, ...] = VERSIONS) -> Fingerprint:
    """Return the name of the error's message template, as the newest of ``versions`` names it."""
    return _by(versions[-1], peeled)


def former_hash(peeled: Peeled, versions: tuple[Version, ...] = VERSIONS) -> str | None:
    """Return the hash that the version before gives; None while there was none.

    An incident of either hash is the same incident, so an upgrade makes no second one.
    """
    return _by(versions[-2], peeled).hash if len(versions) > 1 else None


def _by(version: Version, peeled: Peeled) -> Fingerprint:
    named = version.name_of(peeled)
    digest = hashlib.sha256(f"{version.name}\x00{named.key}".encode("utf-8", "surrogatepass")).hexdigest()
    return Fingerprint(f"{version.name}:{digest[:HASH_DIGITS]}", named.template)
