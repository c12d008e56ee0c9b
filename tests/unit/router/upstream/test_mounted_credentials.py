"""Credentials out of files and the environment."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.route_table import SecretRef
from sealane_router.upstream.mounted_credentials import MountedCredentials, variable_of

_REFERENCE = SecretRef("moonshot", "api-key")


def _mount(folder: Path, content: bytes, reference: SecretRef = _REFERENCE) -> Path:
    path = folder / reference.name / reference.key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_mounted_secret_is_read_without_its_line_end(tmp_path: Path, end: bytes) -> None:
    """``DIR/name/key``, as Kubernetes mounts it or an editor saves it."""
    path = _mount(tmp_path, b"sk-1" + end)

    credential = MountedCredentials(tmp_path, {}).credential("default", _REFERENCE)

    assert (credential.value, credential.problem, credential.source) == (b"sk-1", None, f"file {path}")


@pytest.mark.parametrize(
    ("reference", "variable"),
    [(_REFERENCE, "MOONSHOT_API_KEY"), (SecretRef("z.ai", "key"), "Z_AI_KEY"), (SecretRef("a-b", "c.d"), "A_B_C_D")],
)
def test_the_environment_is_the_second_place(reference: SecretRef, variable: str) -> None:
    """Name and key in capitals; ``-`` and ``.`` become ``_``."""
    credential = MountedCredentials(None, {variable: "sk-2"}).credential("default", reference)

    assert variable_of(reference) == variable
    assert (credential.value, credential.source) == (b"sk-2", f"variable {variable}")


def test_a_file_beats_the_environment_even_when_it_is_bad(tmp_path: Path) -> None:
    """Another key than the mounted one is never used in its place."""
    _mount(tmp_path, b"")

    credential = MountedCredentials(tmp_path, {"MOONSHOT_API_KEY": "sk-2"}).credential("default", _REFERENCE)

    assert credential.value is None
    assert "it is empty" in (credential.problem or "")


def test_a_missing_credential_says_where_it_was_looked_for(tmp_path: Path) -> None:
    """It is a state with a reason, not an exception."""
    without = MountedCredentials(None, {}).credential("default", _REFERENCE)
    with_folder = MountedCredentials(tmp_path, {}).credential("default", _REFERENCE)

    assert without.value is None
    assert "credential default/moonshot/api-key cannot be used: MOONSHOT_API_KEY is not set" in (without.problem or "")
    assert f"there is no file {tmp_path}/moonshot/api-key" in (with_folder.problem or "")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"sk-\nsecret", "control character"),
        (b"sk-secret\x00", "control character"),
        (b"sk-secret\x7f", "control character"),
        ("sk-sécret".encode(), "not ASCII"),
        (b" sk-secret", "starts or ends with a space"),
        (b"\n", "it is empty"),
        (b"s" * 8193, "longer than 8192 bytes"),
    ],
)
def test_what_cannot_be_a_header_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    """The reason is told without the value."""
    _mount(tmp_path, content)

    credential = MountedCredentials(tmp_path, {}).credential("default", _REFERENCE)

    assert credential.value is None
    assert problem in (credential.problem or "")
    assert "cret" not in (credential.problem or "").replace("moonshot", "")


@given(st.binary(min_size=8, max_size=60))
def test_no_representation_shows_the_value(content: bytes) -> None:
    """Whatever the value, repr, str and the problem do not hold it."""
    credential = MountedCredentials(None, {"MOONSHOT_API_KEY": "\x1e" + content.hex()}).credential("d", _REFERENCE)
    good = MountedCredentials(None, {"MOONSHOT_API_KEY": content.hex()}).credential("d", _REFERENCE)

    assert good.value == content.hex().encode()
    shown = f"{credential!r} {credential} {credential.problem} {good!r} {good}"
    assert content.hex() not in shown


def test_a_rotated_secret_is_noticed(tmp_path: Path) -> None:
    """Refresh names the handles whose value changed, and only those."""
    path, other = _mount(tmp_path, b"sk-1"), SecretRef("zai", "api-key")
    _mount(tmp_path, b"sk-z", other)
    store = MountedCredentials(tmp_path, {})
    credential, unchanged = store.credential("default", _REFERENCE), store.credential("default", other)

    assert store.refresh() == set()
    path.write_bytes(b"sk-22")
    assert (store.refresh(), credential.value, unchanged.value) == ({credential}, b"sk-22", b"sk-z")
    path.unlink()
    assert (store.refresh(), credential.value) == ({credential}, None)
    path.write_bytes(b"sk-3")
    assert (store.refresh(), credential.value, credential.problem) == ({credential}, b"sk-3", None)


def test_a_touched_secret_is_no_rotation(tmp_path: Path) -> None:
    """The same value in a newer file changes nothing."""
    path = _mount(tmp_path, b"sk-1")
    store = MountedCredentials(tmp_path, {})
    credential = store.credential("default", _REFERENCE)

    os.utime(path, ns=(1, 1))

    assert (store.refresh(), credential.value) == (set(), b"sk-1")


def test_one_reference_has_one_handle(tmp_path: Path) -> None:
    """While it is held; namespaces and kinds do not share."""
    store = MountedCredentials(tmp_path, {"MOONSHOT_API_KEY": "x"})
    credential = store.credential("default", _REFERENCE)

    assert store.credential("default", SecretRef("moonshot", "api-key")) is credential
    assert store.credential("other", _REFERENCE) is not credential
    assert store.bundle("default", _REFERENCE) is not credential


def test_a_handle_nobody_holds_is_forgotten(tmp_path: Path) -> None:
    """Reloads that drop providers leave nothing behind to read."""
    path = _mount(tmp_path, b"sk-1")
    store = MountedCredentials(tmp_path, {})
    store.credential("default", _REFERENCE)
    gc.collect()

    path.write_bytes(b"sk-22")

    assert store.refresh() == set()


@pytest.mark.parametrize("reference", [SecretRef("..", "secret"), SecretRef("a", "../secret"), SecretRef("a", "..")])
def test_a_reference_never_leaves_the_directory(tmp_path: Path, reference: SecretRef) -> None:
    """A name with a path in it finds no file."""
    (tmp_path / "secret").write_bytes(b"outside")
    (tmp_path / "secrets" / "a").mkdir(parents=True)

    assert MountedCredentials(tmp_path / "secrets", {}).credential("default", reference).value is None


def test_a_pipe_and_a_directory_are_problems_and_not_waits(tmp_path: Path) -> None:
    """What is no file is refused at once."""
    (tmp_path / "moonshot").mkdir()
    os.mkfifo(tmp_path / "moonshot" / "api-key")
    (tmp_path / "zai" / "api-key").mkdir(parents=True)
    store = MountedCredentials(tmp_path, {})

    for name in ("moonshot", "zai"):
        credential = store.credential("default", SecretRef(name, "api-key"))
        assert credential.value is None
        assert credential.problem is not None


def test_a_bundle_is_pem(tmp_path: Path) -> None:
    """Certificates may have many lines; anything else is refused."""
    pem = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
    _mount(tmp_path, pem + b"\n", SecretRef("ca", "ca.crt"))
    _mount(tmp_path, b"not a certificate", SecretRef("ca", "other"))
    store = MountedCredentials(tmp_path, {})

    assert store.bundle("default", SecretRef("ca", "ca.crt")).value == pem
    assert "not a PEM bundle" in (store.bundle("default", SecretRef("ca", "other")).problem or "")
