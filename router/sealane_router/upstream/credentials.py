"""The providers' keys: read from mounted Secrets or the environment, held in handles that follow a rotation.

A handle is asked for by namespace and reference, and belongs to the provider object that holds the reference;
there is no way to ask for "a key". Values are in no message, no repr and no log. A credential that is missing
is a state, not a crash: its handle says what is wrong until the Secret arrives.
"""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from sealane_api.route_table import SecretRef

MAX_KEY_BYTES = 8 * 1024
MAX_BUNDLE_BYTES = 1024 * 1024

_Signature = tuple[int, int, int, int, int]


class Credential:
    """One key of one Secret as it is now; changes only in :meth:`CredentialStore.refresh`.

    ``value`` is None while ``problem`` says why, for people. ``source`` is where it was read or looked for.
    """

    __slots__ = ("__weakref__", "_signature", "name", "problem", "reference", "source", "value")

    def __init__(self, namespace: str, reference: SecretRef) -> None:
        self.name = f"{namespace}/{reference.name}/{reference.key}"
        self.reference = reference
        self.value: bytes | None = None
        self.problem: str | None = None
        self.source = ""
        self._signature: _Signature | None = None

    def __repr__(self) -> str:
        return f"<Credential {self.name}: {'present' if self.problem is None else self.problem}>"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a secret's text must be like: ``problem_of`` says what is wrong with it without repeating it."""

    limit: int
    problem_of: Callable[[bytes], str | None]


class CredentialStore:
    """Reads ``DIR/name/key``, laid out like mounted Secrets, else the variable ``NAME_KEY``.

    ``moonshot`` and ``api-key`` make ``MOONSHOT_API_KEY``. A file that is there and cannot be used is a
    problem, not a reason to look further: another key than the one somebody mounted must not be used.
    """

    def __init__(self, secrets_dir: Path | None, environ: Mapping[str, str]) -> None:
        self._secrets_dir = secrets_dir
        self._environ = environ
        # Weak: a handle lives as long as the provider that uses it, so reloads leave nothing behind.
        self._keys: WeakValueDictionary[tuple[str, SecretRef], Credential] = WeakValueDictionary()
        self._bundles: WeakValueDictionary[tuple[str, SecretRef], Credential] = WeakValueDictionary()

    def credential(self, namespace: str, reference: SecretRef) -> Credential:
        """The handle of an API key; the same one for the same reference while somebody holds it."""
        return self._handle(self._keys, namespace, reference, _KEY)

    def bundle(self, namespace: str, reference: SecretRef) -> Credential:
        """The handle of a PEM bundle of certificate authorities."""
        return self._handle(self._bundles, namespace, reference, _BUNDLE)

    def refresh(self) -> set[Credential]:
        """Looks at every secret again; returns the handles whose value changed. Unchanged files are not
        read."""
        changed = {handle for handle in list(self._keys.values()) if self._read(handle, _KEY)}
        return changed | {handle for handle in list(self._bundles.values()) if self._read(handle, _BUNDLE)}

    def _handle(
        self,
        known: "WeakValueDictionary[tuple[str, SecretRef], Credential]",
        namespace: str,
        reference: SecretRef,
        kind: _Kind,
    ) -> Credential:
        handle = known.get((namespace, reference))
        if handle is None:
            handle = known[namespace, reference] = Credential(namespace, reference)
            self._read(handle, kind)
        return handle

    def _read(self, handle: Credential, kind: _Kind) -> bool:
        before = handle.value
        path = self._path(handle.reference)
        try:
            signature = None if path is None else _signature(path)
        except FileNotFoundError:
            path = signature = None
        except OSError as error:
            handle._signature = None
            _set(handle, f"file {path}", None, error.strerror or type(error).__name__)
            return handle.value != before
        if path is not None and signature is not None and signature == handle._signature:
            return False
        handle._signature = signature
        if path is not None:
            self._read_file(handle, path, kind)
        else:
            self._read_environment(handle, kind)
        return handle.value != before

    def _read_file(self, handle: Credential, path: Path, kind: _Kind) -> None:
        try:
            content = _content(path, kind.limit)
        except OSError as error:
            # The next refresh tries again, whatever the file looks like then.
            handle._signature = None
            _set(handle, f"file {path}", None, error.strerror or type(error).__name__)
            return
        value = content.removesuffix(b"\n").removesuffix(b"\r")
        _set(handle, f"file {path}", value, kind.problem_of(value))

    def _read_environment(self, handle: Credential, kind: _Kind) -> None:
        variable = variable_of(handle.reference)
        text = self._environ.get(variable)
        if text:
            value = text.encode("utf-8", "surrogateescape").removesuffix(b"\n")
            _set(handle, f"variable {variable}", value, kind.problem_of(value))
            return
        path = self._path(handle.reference)
        missing = f"{variable} is not set" if path is None else f"there is no file {path}, and {variable} is not set"
        _set(handle, f"variable {variable}", None, missing)

    def _path(self, reference: SecretRef) -> Path | None:
        parts = (reference.name, reference.key)
        if self._secrets_dir is None or any(part in {"", ".", ".."} or "/" in part or "\0" in part for part in parts):
            return None  # a reference is a name, never a way out of the directory
        return self._secrets_dir.joinpath(*parts)


def variable_of(reference: SecretRef) -> str:
    """``MOONSHOT_API_KEY`` for the key ``api-key`` of the Secret ``moonshot``."""
    return f"{reference.name}_{reference.key}".upper().replace("-", "_").replace(".", "_")


def _set(handle: Credential, source: str, value: bytes | None, problem: str | None) -> None:
    handle.source = source
    handle.value = value if problem is None else None
    handle.problem = None if problem is None else f"credential {handle.name} cannot be used: {problem} ({source})"


def _signature(path: Path) -> _Signature:
    status = path.stat()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _content(path: Path, limit: int) -> bytes:
    """Up to one byte more than ``limit`` (and a line end); never waits for the writer of a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(None, "is not a regular file")
        return file.read(limit + 3)


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


_KEY = _Kind(MAX_KEY_BYTES, _problem_of_key)
_BUNDLE = _Kind(MAX_BUNDLE_BYTES, _problem_of_bundle)
