"""Private text leaves as length and hash."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_telemetry.redaction import public_text, redact, redact_mapping, scrub

_ZAI_KEY = "0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp"
_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJhcGlfa2V5IjoiYWJjIn0.c2lnbmF0dXJl"


def test_text_and_its_bytes_have_the_same_hash() -> None:
    """Two lines about one text can be matched, whichever form was logged."""
    text = "café"
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]

    assert f"[redacted len=4 sha256={digest}]" == redact(text)
    assert f"[redacted len=5 sha256={digest}]" == redact(text.encode())


@given(st.text(min_size=40, alphabet=st.characters(exclude_categories=["Nd"])))
def test_nothing_of_the_text_survives(text: str) -> None:
    """Whatever the text, lone surrogates included, only length and hash are left."""
    assert text not in redact(text)
    assert len(redact(text)) < 60


@pytest.mark.parametrize(
    "secret",
    [
        "sk-abcdefghijklmnop",
        "sk-ant-api03-abc_def-ghi",
        "sk-kimi-abcdef123456",
        _ZAI_KEY,
        _JWT,
        "data:image/png;base64,iVBORw0KGgo=",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "got {} back", "'{}'", 'key="{}",', "https://host/p?x={}&y=1"])
def test_a_key_shaped_part_is_replaced_wherever_it_stands(secret: str, frame: str) -> None:
    """The key goes, the words around it stay."""
    text = scrub(frame.format(secret))

    assert secret not in text
    assert "[redacted len=" in text
    assert text.startswith(frame.partition("{")[0])


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer plain-word-key",
        "authorization=plain-word-key",
        "{'x-api-key': 'plain-word-key'}",
        '"api_key":"plain-word-key"',
        "wss://host/v4/realtime?Authorization=plain-word-key&model=x",
        "https://user:plain-word-key@host/",
        "Cookie: a=1; session=plain-word-key",
        "sent bearer  plain-word-key",
        "Basic plain-word-key",
    ],
)
def test_what_follows_a_credentials_name_is_replaced(text: str) -> None:
    """A key of unknown shape is known by what stands before it."""
    assert "plain-word-key" not in scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "task-runner-of-the-desk-clerk started",
        "routes.yaml:3: spec.rules[0].name must match ^[a-z0-9]",
        "https://api.moonshot.ai/v1",
        "kimi-k2-0905-preview",
        "6b1f00aa" * 8,
        "data: not a URL",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    """Redaction that eats names, addresses and hashes would be turned off by the first operator."""
    assert text == scrub(text)


def test_scrubbing_twice_changes_nothing() -> None:
    """The replacement does not look like a key."""
    once = scrub(f"Bearer {_ZAI_KEY} and sk-abcdefghijklmnop")

    assert once == scrub(once)


@pytest.mark.parametrize("unit", ["sk-", "eyJ", "-eyJaaaa", "data:a;", "a.", "bearer ", "://", "cookie ", "key=", " "])
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    """A text made to confuse the patterns costs no more than its length; otherwise this takes hours."""
    text = scrub(unit * (400_000 // len(unit)))

    assert text


def test_a_long_text_is_never_public() -> None:
    """The bound holds for harmless text too."""
    assert public_text("a" * 256) == "a" * 256
    assert public_text("a" * 257).startswith("[redacted len=257 ")


def test_headers_keep_their_names_and_lose_their_credentials() -> None:
    """Names are compared without case; repeated names are joined."""
    shown = redact_mapping(
        [
            ("Authorization", "Bearer abc"),
            ("X-API-Key", "k"),
            ("accept", "a"),
            ("accept", "b"),
            ("Cookie", "c=d"),
        ]
    )

    assert list(shown) == ["Authorization", "X-API-Key", "accept", "Cookie"]
    assert shown["accept"] == "a, b"
    assert all(shown[name].startswith("[redacted ") for name in ("Authorization", "X-API-Key", "Cookie"))


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(["AUTHORIZATION", "api-key", "Set-Cookie"]), st.text(min_size=20)))
def test_no_credential_header_is_ever_shown(headers: dict[str, str]) -> None:
    """Whatever the value looks like."""
    assert all(value.startswith("[redacted len=") for value in redact_mapping(headers).values())


@pytest.mark.parametrize("name", ["sealane-operator", "sealane-router-7d9f8b6c44-x2kqp", "sealane-router-secrets"])
def test_what_the_chart_calls_its_own_objects_is_no_key(name: str) -> None:
    """A log line that hides which router is meant, or which Role must name a Secret, helps nobody."""
    assert scrub(f"the Role {name} must name it") == f"the Role {name} must name it"
