"""Credentials out of files, laid out like mounted Secrets, or out of the environment."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from sealane_api.route_table import SecretRef

from .credentials import Credential, CredentialStore

_Signature = tuple[int, int, int, int, int]


class MountedCredentials(CredentialStore):
    """Reads ``DIR/name/key``, laid out like mounted Secrets, else the variable ``NAME_KEY``.

    ``moonshot`` and ``api-key`` make ``MOONSHOT_API_KEY``. A file that is there and cannot be used is a
    problem, not a reason to look further: another key than the one somebody mounted must not be used.
    """

    def __init__(self, secrets_dir: Path | None, environ: Mapping[str, str]) -> None:
        super().__init__()
        self._secrets_dir = secrets_dir
        self._environ = environ

    def _read(self, handle: Credential) -> None:
        path = self._path(handle.reference)
        try:
            signature = None if path is None else _signature(path)
        except FileNotFoundError:
            path = signature = None
        except OSError as error:
            handle.mark = None
            handle.lack(f"file {path}", error.strerror or type(error).__name__)
            return
        if path is not None and signature is not None and signature == handle.mark:
            return
        handle.mark = signature
        if path is not None:
            _read_file(handle, path)
        else:
            self._read_environment(handle)

    def _read_environment(self, handle: Credential) -> None:
        variable = variable_of(handle.reference)
        text = self._environ.get(variable)
        if text:
            handle.hold(f"variable {variable}", text.encode("utf-8", "surrogateescape"))
            return
        path = self._path(handle.reference)
        missing = f"{variable} is not set" if path is None else f"there is no file {path}, and {variable} is not set"
        handle.lack(f"variable {variable}", missing)

    def _path(self, reference: SecretRef) -> Path | None:
        parts = (reference.name, reference.key)
        if self._secrets_dir is None or any(part in {"", ".", ".."} or "/" in part or "\0" in part for part in parts):
            return None  # a reference is a name, never a way out of the directory
        return self._secrets_dir.joinpath(*parts)


def variable_of(reference: SecretRef) -> str:
    """``MOONSHOT_API_KEY`` for the key ``api-key`` of the Secret ``moonshot``."""
    return f"{reference.name}_{reference.key}".upper().replace("-", "_").replace(".", "_")


def _read_file(handle: Credential, path: Path) -> None:
    try:
        handle.hold(f"file {path}", _content(path, handle.kind.limit))
    except OSError as error:
        # The next refresh tries again, whatever the file looks like then.
        handle.mark = None
        handle.lack(f"file {path}", error.strerror or type(error).__name__)


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
