"""What a router keeps on disk, so that it can serve after a start without the Kubernetes API.

One file holds the stable revisions and no secret. Another one holds keys, if somebody asked for that, and then only in
a directory that is memory. Both are written whole beside the last ones and put in their place in one step, readable by
their owner alone. What is read is believed only when it is whole, was written by this user for the same namespaces, and
each revision has the hash that it says.
"""

import binascii
import hashlib
import os
import re
import stat
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import TypeVar

import msgspec

from .revisions import Revision, RevisionRefused, Wanted, compiled
from .secrets import SecretName

#: Bytes of a file; a longer one is neither written nor read.
MAX_SNAPSHOT = 256 << 20
#: The form of both files; one of another form is not read.
FORM = 1
ROUTES_FILE, KEYS_FILE = "sealane-routes.json", "sealane-keys.json"

_MOUNTS = Path("/proc/self/mountinfo")
#: How spaces and the like are written there.
_OCTAL = re.compile(r"\\([0-7]{3})")
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})

Keys = dict[SecretName, dict[str, bytes]]
_T = TypeVar("_T")


class SnapshotError(Exception):
    """A snapshot that cannot be written, must not be read, or has no place to be; the text is for people."""


class _Kept(msgspec.Struct):
    """One stable revision."""

    namespace: str
    name: str
    uid: str
    created: str
    number: int
    hash: str
    spec: msgspec.Raw


class _Routes(msgspec.Struct):
    revisions: list[_Kept]


class _Keys(msgspec.Struct):
    #: Namespace, name, key, value in base64.
    secrets: dict[str, dict[str, dict[str, str]]]


class _Envelope(msgspec.Struct):
    """What every file begins with; ``digest`` is the SHA-256 of ``content`` as it is written."""

    form: int
    what: str
    namespaces: tuple[str, ...]
    written: float
    digest: str
    content: msgspec.Raw


# Made here and not in the threads that read: see revisions.py.
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_ROUTES = msgspec.json.Decoder(_Routes)
_KEYS = msgspec.json.Decoder(_Keys)


class Snapshot:
    """The files in ``routes`` and ``keys`` (None: no keys), of a router that serves ``namespaces``.

    Raises SnapshotError, from the constructor too: for a directory that can never be used.
    """

    def __init__(self, routes: Path, keys: Path | None, namespaces: tuple[str, ...]) -> None:
        self._namespaces = tuple(sorted(namespaces))
        self._lock = Lock()
        self._routes = _directory("SEALANE_SNAPSHOT", routes) / ROUTES_FILE
        self._keys = None if keys is None else _memory(_directory("SEALANE_SNAPSHOT_KEYS", keys)) / KEYS_FILE

    @property
    def holds_keys(self) -> bool:
        """Whether keys are kept."""
        return self._keys is not None

    def write_routes(self, revisions: Iterable[Revision]) -> None:
        """Replace the file of revisions."""
        kept = [_Kept(*each.wanted, spec=msgspec.Raw(each.spec)) for each in revisions]
        self._write(self._routes, "routes", msgspec.json.encode(_Routes(kept)))

    def write_keys(self, keys: Mapping[SecretName, Mapping[str, bytes]]) -> None:
        """Replace the file of keys; nothing is written where none are kept."""
        if self._keys is None:
            return
        secrets: dict[str, dict[str, dict[str, str]]] = {}
        for (namespace, name), values in keys.items():
            encoded = {key: b64encode(value).decode("ascii") for key, value in values.items()}
            secrets.setdefault(namespace, {})[name] = encoded
        self._write(self._keys, "keys", msgspec.json.encode(_Keys(secrets)))

    def read_routes(self) -> tuple[list[Revision], list[str]]:
        """The revisions, and what was wrong with those that are left out; nothing when there is no file."""
        found = self._read(self._routes, "routes", _ROUTES)
        revisions: list[Revision] = []
        problems: list[str] = []
        for each in () if found is None else found.revisions:
            wanted = Wanted(each.namespace, each.name, each.uid, each.created, each.number, each.hash)
            try:
                revisions.append(compiled(wanted, bytes(each.spec)))
            except RevisionRefused as error:
                problems.append(str(error))
        return revisions, problems

    def read_keys(self) -> Keys:
        """The keys; nothing when there is no file, or none are kept."""
        found = None if self._keys is None else self._read(self._keys, "keys", _KEYS)
        try:
            return {
                (namespace, name): {key: b64decode(text, validate=True) for key, text in values.items()}
                for namespace, secrets in ({} if found is None else found.secrets).items()
                for name, values in secrets.items()
            }
        except binascii.Error:
            raise SnapshotError(f"{self._keys} is damaged: a value is no base64") from None

    def _write(self, path: Path, what: str, content: bytes) -> None:
        digest = hashlib.sha256(content).hexdigest()
        envelope = _Envelope(FORM, what, self._namespaces, time.time(), digest, msgspec.Raw(content))
        document = msgspec.json.encode(envelope)
        if len(document) > MAX_SNAPSHOT:
            raise SnapshotError(f"{path} would have more than {MAX_SNAPSHOT} bytes")
        try:
            with self._lock:
                _replace(path, document)
        except OSError as error:
            raise SnapshotError(f"{path} cannot be written: {error.strerror or type(error).__name__}") from error

    def _read(self, path: Path, what: str, decoder: msgspec.json.Decoder[_T]) -> _T | None:
        content = _content(path)
        if content is None:
            return None
        envelope = _decoded(path, content, _ENVELOPE)
        if (envelope.form, envelope.what) != (FORM, what):
            raise SnapshotError(f"{path} is of another form than this version of Sealane writes")
        if envelope.namespaces != self._namespaces:
            raise SnapshotError(f"{path} was written for other namespaces than SEALANE_NAMESPACES says")
        if hashlib.sha256(envelope.content).hexdigest() != envelope.digest:
            raise SnapshotError(f"{path} is damaged: its content does not have the hash that it says")
        return _decoded(path, envelope.content, decoder)


def _decoded(path: Path, content: "bytes | msgspec.Raw", decoder: msgspec.json.Decoder[_T]) -> _T:
    try:
        return decoder.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # Not a word of what stands there: it may be a key.
        raise SnapshotError(f"{path} is damaged: it cannot be read") from None


def _directory(variable: str, path: Path) -> Path:
    if not path.is_dir() or not os.access(path, os.W_OK | os.X_OK):
        raise SnapshotError(f"{variable}: {path} is no directory that the router may write to; make it one")
    return path


def _memory(path: Path) -> Path:
    """``path``, if what is written there never reaches a disk."""
    kind = file_system_of(path)
    if kind not in _IN_MEMORY:
        raise SnapshotError(
            f"SEALANE_SNAPSHOT_KEYS: {path} is on {kind}, and keys are kept in memory only; "
            "mount a tmpfs there (in a pod: emptyDir with medium: Memory), or leave the setting out"
        )
    return path


def file_system_of(path: Path, mounts: Path = _MOUNTS) -> str:
    """The type of the file system that holds ``path``: that of the longest mount point above it, of two the later."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return "a file system of unknown type"
    resolved = str(path.resolve())
    longest, kind = "", "a file system of unknown type"
    for line in lines:
        before, _, after = line.partition(" - ")
        fields, types = before.split(), after.split()
        if len(fields) < 5 or not types:
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
        inside = resolved == point or resolved.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(longest):
            longest, kind = point, types[0]
    return kind


def _content(path: Path) -> bytes | None:
    """The file's bytes; None when there is none. Another user's, or one that others may write, is not read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SnapshotError(f"{path} cannot be read: {error.strerror or type(error).__name__}") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise SnapshotError(f"{path} is not a file of this user's that nobody else may write")
        if status.st_size > MAX_SNAPSHOT:
            raise SnapshotError(f"{path} has more than {MAX_SNAPSHOT} bytes")
        return file.read(MAX_SNAPSHOT)


def _replace(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` whole: after a crash there is the old file or the new one."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
