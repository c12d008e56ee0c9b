"""The handles of credentials, wherever their values come from."""

import gc

import pytest

from sealane_api.route_table import SecretRef
from sealane_router.upstream.credentials import BUNDLE, KEY, MAX_BUNDLE_BYTES, Credential, CredentialStore, SecretKind

_REFERENCE = SecretRef("moonshot", "api-key")


class _Shelf(CredentialStore):
    """Holds what the test puts there, by name and key."""

    def __init__(self, **values: bytes) -> None:
        super().__init__()
        self.values = values

    def _read(self, handle: Credential) -> None:
        content = self.values.get(handle.reference.name)
        if content is None:
            handle.lack("the shelf", "there is none")
        else:
            handle.hold("the shelf", content)


def test_a_handle_is_the_same_while_somebody_holds_it() -> None:
    """And is forgotten afterwards; a key and a bundle are two handles."""
    store = _Shelf(moonshot=b"sk-1")
    handle = store.credential("team", _REFERENCE)
    bundle = store.bundle("team", _REFERENCE)

    assert store.credential("team", _REFERENCE) is handle
    assert store.credential("other", _REFERENCE) is not handle
    assert bundle is not handle
    del handle, bundle
    gc.collect()
    assert list(store._handles()) == []


def test_a_refresh_names_what_changed() -> None:
    """A new value, a value that is gone, and nothing else."""
    store = _Shelf(moonshot=b"sk-1", zai=b"sk-2")
    moonshot, zai = store.credential("team", _REFERENCE), store.credential("team", SecretRef("zai", "api-key"))
    store.values["moonshot"] = b"sk-3"
    first = store.refresh()
    del store.values["zai"]
    second = store.refresh()

    assert (first, moonshot.value) == ({moonshot}, b"sk-3")
    assert (second, zai.value) == ({zai}, None)
    assert zai.problem == "credential team/zai/api-key cannot be used: there is none (the shelf)"
    assert store.refresh() == set()


def test_a_value_is_in_no_repr_and_no_problem() -> None:
    """Whatever it is."""
    good, bad = Credential("team", _REFERENCE, KEY), Credential("team", _REFERENCE, KEY)
    good.hold("the shelf", b"sk-secret\r\n")
    bad.hold("the shelf", b"sk-se\ncret")

    assert good.value == b"sk-secret"
    assert bad.value is None
    assert "secret" not in repr(good)
    assert "cret" not in repr(bad).replace("credential", "").replace("Credential", "")


@pytest.mark.parametrize(
    ("kind", "content", "problem"),
    [
        (KEY, b"", "it is empty"),
        (KEY, b"s" * 8193, "longer than 8192 bytes"),
        (BUNDLE, b"no certificate", "not a PEM bundle"),
        (BUNDLE, b"-" * (MAX_BUNDLE_BYTES + 1), f"longer than {MAX_BUNDLE_BYTES} bytes"),
    ],
)
def test_each_kind_has_its_limits(kind: SecretKind, content: bytes, problem: str) -> None:
    """What passes them is held."""
    handle = Credential("team", _REFERENCE, kind)
    handle.hold("the shelf", content)

    assert handle.value is None
    assert problem in (handle.problem or "")
