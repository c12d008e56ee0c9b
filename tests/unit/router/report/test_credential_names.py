"""Credentials by name."""

from sealane_api.route_table import SecretRef
from sealane_router.report.credential_names import NO_CREDENTIAL, CredentialNames
from sealane_router.upstream.credentials import KEY, Credential

REFERENCE = SecretRef("moonshot", "api-key")


def _credential(value: bytes) -> Credential:
    credential = Credential("team", REFERENCE, KEY)
    credential.hold("here", value)
    return credential


def _names(key: bytes = b"one key of an installation") -> CredentialNames:
    return CredentialNames(key, lambda value: value[:3])


def test_the_same_key_names_the_same_credential_alike() -> None:
    """At every router that has the key; another key names it otherwise, and so is another credential."""
    name, kind = _names().of(_credential(b"sk-a-credential"))

    assert (len(name or ""), kind) == (16, "sk-")
    assert _names().of(_credential(b"sk-a-credential")) == (name, kind)
    assert _names(b"another key").of(_credential(b"sk-a-credential"))[0] != name
    assert _names().of(_credential(b"sk-b-credential"))[0] != name


def test_a_rotated_credential_has_another_name() -> None:
    """And is hashed no more often than that."""
    asked: list[str] = []

    def class_of(value: str) -> str:
        asked.append(value)
        return "class"

    names, credential = CredentialNames(b"key", class_of), _credential(b"sk-before")
    before = [names.of(credential) for _ in range(3)]
    credential.hold("here", b"sk-after")
    after = [names.of(credential) for _ in range(3)]

    assert asked == ["sk-before", "sk-after"]
    assert len(set(before)) == len(set(after)) == 1
    assert before[0] != after[0]


def test_what_holds_nothing_has_no_name() -> None:
    """A provider without credential, and one whose Secret is missing."""
    credential = _credential(b"sk-x")
    credential.lack("here", "it is gone")

    assert _names().of(None) == _names().of(credential) == NO_CREDENTIAL


def test_a_key_that_is_no_text_has_a_class_too() -> None:
    """Anybody may show anything."""
    assert CredentialNames(b"key", lambda value: str(len(value))).class_of(b"\xff\x00sk") == "4"
