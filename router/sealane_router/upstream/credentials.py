"""The providers' keys, held in handles that follow a rotation.

A handle is asked for by namespace and reference, and belongs to the provider object that holds the reference;
there is no way to ask for "a key". Values are in no message, no repr and no log. A credential that is missing
is a state, not a crash: its handle says what is wrong until the Secret arrives.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from weakref import WeakValueDictionary

from sealane_api.route_table import SecretRef

MAX_KEY_BYTES = 8 * 1024
MAX_BUNDLE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SecretKind:
    """What a secret's text must be like: ``problem_of`` says what is wrong with it without repeating it."""

    limit: int
    problem_of: Callable[[bytes], str | None]


class Credential:
    """One key of one Secret as it is now; changes only in :meth:`CredentialStore.refresh`.

    ``value`` is None while ``problem`` says why, for people. ``source`` is where it was read or looked for, and
    ``mark`` what its store wants to remember of that.
    """

    __slots__ = ("__weakref__", "kind", "mark", "name", "namespace", "problem", "reference", "source", "value")

    def __init__(self, namespace: str, reference: SecretRef, kind: SecretKind) -> None:
        self.name = f"{namespace}/{reference.name}/{reference.key}"
        self.namespace = namespace
        self.reference = reference
        self.kind = kind
        self.value: bytes | None = None
        self.problem: str | None = None
        self.source = ""
        self.mark: object = None

    def hold(self, source: str, content: bytes) -> None:
        """Take what was read at ``source``, without the line end that an editor leaves, if it can be used."""
        value = text_of(content)
        problem = self.kind.problem_of(value)
        if problem is not None:
            self.lack(source, problem)
            return
        self.source, self.value, self.problem = source, value, None

    def lack(self, source: str, reason: str) -> None:
        """There is no value that could be used."""
        self.source, self.value = source, None
        self.problem = f"credential {self.name} cannot be used: {reason} ({source})"

    def __repr__(self) -> str:
        return f"<Credential {self.name}: {'present' if self.problem is None else self.problem}>"


class CredentialStore(ABC):
    """Hands out handles and keeps them as the place says that they are read from."""

    def __init__(self) -> None:
        # Weak: a handle lives as long as the provider that uses it, so reloads leave nothing behind.
        self._keys: WeakValueDictionary[tuple[str, SecretRef], Credential] = WeakValueDictionary()
        self._bundles: WeakValueDictionary[tuple[str, SecretRef], Credential] = WeakValueDictionary()

    def credential(self, namespace: str, reference: SecretRef) -> Credential:
        """The handle of an API key; the same one for the same reference while somebody holds it."""
        return self._handle(self._keys, namespace, reference, KEY)

    def bundle(self, namespace: str, reference: SecretRef) -> Credential:
        """The handle of a PEM bundle of certificate authorities."""
        return self._handle(self._bundles, namespace, reference, BUNDLE)

    def refresh(self) -> set[Credential]:
        """Looks at every secret again; returns the handles whose value changed. What is unchanged is not read."""
        return {handle for handle in self._handles() if self._changed(handle)}

    @abstractmethod
    def _read(self, handle: Credential) -> None:
        """Make ``handle`` hold what there is now, or lack it."""

    def _handles(self) -> Iterator[Credential]:
        yield from list(self._keys.values())
        yield from list(self._bundles.values())

    def _changed(self, handle: Credential) -> bool:
        before = handle.value
        self._read(handle)
        return handle.value != before

    def _handle(
        self,
        known: "WeakValueDictionary[tuple[str, SecretRef], Credential]",
        namespace: str,
        reference: SecretRef,
        kind: SecretKind,
    ) -> Credential:
        handle = known.get((namespace, reference))
        if handle is None:
            handle = known[namespace, reference] = Credential(namespace, reference, kind)
            self._read(handle)
        return handle


def text_of(content: bytes) -> bytes:
    """``content`` without one line end."""
    return content.removesuffix(b"\n").removesuffix(b"\r")


def _problem_of_key(value: bytes) -> str | None:
    if not value:
        return "it is empty"
    if len(value) > MAX_KEY_BYTES:
        return f"it is longer than {MAX_KEY_BYTES} bytes"
    if any(byte < 0x20 or byte == 0x7F for byte in value):
        return "it holds a control character, perhaps a line end in the middle"
    if not value.isascii():
        return "it holds a character that is not ASCII"
    if value != value.strip():
        return "it starts or ends with a space"
    return None


def _problem_of_bundle(value: bytes) -> str | None:
    if len(value) > MAX_BUNDLE_BYTES:
        return f"it is longer than {MAX_BUNDLE_BYTES} bytes"
    if b"-----BEGIN CERTIFICATE-----" not in value or not value.isascii():
        return "it is not a PEM bundle of certificates"
    return None


#: An API key, as it goes into a header.
KEY = SecretKind(MAX_KEY_BYTES, _problem_of_key)
#: Certificates of authorities, as PEM.
BUNDLE = SecretKind(MAX_BUNDLE_BYTES, _problem_of_bundle)
