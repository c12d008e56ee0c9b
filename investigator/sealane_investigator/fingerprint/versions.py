"""The ways of naming templates there are and have been, the newest last."""

from collections.abc import Callable
from dataclasses import dataclass

from sealane_investigator.fingerprint.naming import name_v1
from sealane_investigator.incident.peeled import Peeled


@dataclass(frozen=True, slots=True)
class Named:
    """What an error's template is called: ``key`` is hashed, ``template`` is for a reader."""

    key: str
    template: str


@dataclass(frozen=True, slots=True)
class Version:
    """One way of naming templates. A change of the key of any message is a new version, beside the old one."""

    name: str
    name_of: Callable[[Peeled], Named]


#: Two are enough: whoever skips a version starts anew.
VERSIONS: tuple[Version, ...] = (Version("v1", lambda peeled: Named(*name_v1(peeled))),)
