"""``sealane keys new``: makes an API key for a caller, and the entry by which the router knows it.

The key is shown once and stored nowhere; the key file gets its SHA-256. An entry is added to a file as text,
so that comments, order and quoting of what is there stay, and only if the file then reads as before with one
key more.
"""

import fcntl
import json
import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import yaml

from sealane_api.route_table import Limits
from sealane_router.policy.key_file import KeyFile, KeyFileError, parse_key_file

#: What every key of a gateway starts with, so that scanners find one that leaked and people see what it is.
PREFIX = "sl-"
_RANDOM_BYTES = 32
# libyaml's parser is ten times as fast, and not in every build of PyYAML.
_Loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
_UNLIMITED = Limits()


def new_key(
    tenant: str,
    name: str,
    models: Sequence[str] | None = None,
    limits: Limits = _UNLIMITED,
    file: Path | None = None,
) -> tuple[str, str]:
    """A new key (``sl-`` and 43 characters of base64url, 256 random bits) and its entry as one line of YAML.

    With ``file`` the entry is also added there; a file that does not exist is created for its owner alone.

    Raises: KeyFileError: tenant, name, models or limits are not valid, or the file is not, or cannot be added
    to safely. OSError: the file cannot be read or written.
    """
    key = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    entry = _entry(tenant, name, sha256(key.encode("ascii")).hexdigest(), models, limits)
    parse_key_file(f"keys:\n- {entry}\n", "the new key")
    if file is not None:
        _add(file, entry)
    return key, entry


def keys_new(
    tenant: str,
    name: str,
    models: Sequence[str] | None = None,
    limits: Limits = _UNLIMITED,
    file: Path | None = None,
) -> int:
    """Prints a new key on stdout, once, and what to do with it on stderr; returns the exit code."""
    try:
        key, entry = new_key(tenant, name, models, limits, file)
    except KeyFileError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{file}: {error.strerror}", file=sys.stderr)
        return 1
    print(key)
    print("\nThis key is shown once and stored nowhere.", file=sys.stderr)
    if file is None:
        print(f"Add it to the key file, below `keys:`\n\n- {entry}", file=sys.stderr)
    else:
        print(f"Its digest was added to {file}; a running router finds it within a second.", file=sys.stderr)
    return 0


def _entry(tenant: str, name: str, digest: str, models: Sequence[str] | None, limits: Limits) -> str:
    """A flow mapping, which fits into a list of either style; JSON's quotes stop YAML from guessing types."""
    written = {
        "requestsPerMinute": limits.requests_per_minute,
        "tokensPerMinute": limits.tokens_per_minute,
    }
    members: dict[str, object] = {"tenant": tenant, "name": name, "sha256": digest}
    if models is not None:
        members["models"] = list(models)
    if any(value is not None for value in written.values()):
        members["limits"] = {field: value for field, value in written.items() if value is not None}
    texts = (f"{member}: {json.dumps(value, ensure_ascii=False)}" for member, value in members.items())
    return f"{{{', '.join(texts)}}}"


def _add(file: Path, entry: str) -> None:
    file = file.resolve()  # a link keeps leading to the file that it leads to
    with _alone_in(file.parent):
        try:
            old, mode = file.read_text(encoding="utf-8"), stat.S_IMODE(file.stat().st_mode)
        except FileNotFoundError:
            old, mode = "", 0o600
        except UnicodeDecodeError as error:
            raise KeyFileError(
                f"{file}: found bytes that are not UTF-8 (at {error.start}); nothing was changed"
            ) from error
        before = parse_key_file(old, str(file)) if old.strip() else KeyFile()
        new = _with(old, entry) if old.strip() else f"keys:\n- {entry}\n"
        _check(file, before, new)
        _replace(file, new, mode)


def _check(file: Path, before: KeyFile, text: str) -> None:
    """The file as it would be is valid, holds what it held, and one key more."""
    after = parse_key_file(text, f"{file} with the new key")
    held = [(key.tenant, key.name, key.digest, key.models, key.expires) for key in after.keys[:-1]]
    if held != [(key.tenant, key.name, key.digest, key.models, key.expires) for key in before.keys]:
        raise KeyFileError(f"{file}: cannot be added to safely; leave out --file and paste the entry")


def _with(text: str, entry: str) -> str:
    """The text of a key file with an entry after the last one of ``keys``."""
    sequence = _keys_of(text)
    if not sequence.value:
        start, end = sequence.start_mark.index, sequence.end_mark.index
        return f"{text[:start].rstrip()}\n- {entry}\n{text[end:].lstrip(chr(32)).removeprefix(chr(10))}"
    end = _end(sequence.value[-1])
    if sequence.flow_style:
        return f"{text[:end]}, {entry}{text[end:]}"
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    indent = " " * sequence.start_mark.column
    return f"{text[:line_end]}\n{indent}- {entry}\n{text[line_end + 1 :]}"


def _keys_of(text: str) -> yaml.SequenceNode:
    root = yaml.compose(text, Loader=_Loader)
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == "keys" and isinstance(value, yaml.SequenceNode):
                return value
    raise KeyFileError("the key file has no list `keys`")


def _end(node: yaml.Node) -> int:
    """Where the text of a node ends; YAML's own mark of a block is where the next one begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Holds a lock on the directory, so that two people adding a key at once both succeed."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(file: Path, text: str, mode: int) -> None:
    """Writes a whole new file and swaps it in: a router that reads meanwhile sees the old one or the new
    one."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as temporary:
            os.fchmod(descriptor, mode)
            temporary.write(text)
            temporary.flush()
            os.fsync(descriptor)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
