"""Credentials are found by shape and by label, and their class is told."""

import pytest

from sealane_telemetry.error_text.credentials import PREFIXES, credential_class, mask_credentials
from sealane_telemetry.error_text.marks import Marks

_ZAI = "0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp"
_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_listed_prefix_is_the_class(prefix: str) -> None:
    """The longest that fits: ``sk-proj-`` is not ``sk-``."""
    assert credential_class(f"{prefix}Q7w9Zk21PpLm03xYbN") == prefix


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (_ZAI, "id.secret"),
        (_JWT, "jwt"),
        ("https://api.moonshot.cn/v1", "url"),
        ("api.openai.com/v1", "url"),
        ("YOUR_API_KEY", "placeholder"),
        ("<your key here>", "placeholder"),
        ("${OPENAI_API_KEY}", "placeholder"),
        ("sk-xxxxxxxx", "placeholder"),
        ("null", "placeholder"),
        ("", "empty"),
        ("Bearer ", "empty"),
        ("Bearer sk-ant-api03-Qw", "sk-ant-"),
        ("my cat likes fish", "placeholder"),
        ("the cat likes fish", "words"),
        ("abc****wxyz", "masked"),
        ("3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c", "opaque"),
    ],
)
def test_what_stands_where_a_key_belongs_has_a_class(key: str, expected: str) -> None:
    """The class says what was filled in, without saying it."""
    assert credential_class(key) == expected


def _mask(text: str) -> str:
    return mask_credentials(text, lambda key, name: f"<key:{name}:{len(key)}:000000>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Incorrect API key provided: sk-proj-****abcd. You can",
            "Incorrect API key provided: <key:sk-proj-:16:000000>. You can",
        ),
        ("Authorization: Bearer abcdefgh12", "Authorization: Bearer <key:opaque:10:000000>"),
        ('{"api_key": "hunter2hunter2"}', '{"api_key": "<key:opaque:14:000000>"}'),
        ('{\\"x-api-key\\": \\"hunter2\\"}', '{\\"x-api-key\\": \\"<key:opaque:7:000000>\\"}'),
        ("https://a.b/v1?key=Q7w9Zk21", "https://a.b/v1?key=<key:opaque:8:000000>"),
        (f"key {_ZAI} and {_JWT}", f"key <key:id.secret:{len(_ZAI)}:000000> and <key:jwt:{len(_JWT)}:000000>"),
        ("****************58Jc", "<key:masked:20:000000>"),
        ("Invalid API key: missing", "Invalid API key: missing"),
        ("no api key provided", "no api key provided"),
        ("authentication token expired", "authentication token expired"),
    ],
)
def test_credentials_are_found_by_shape_and_label(text: str, expected: str) -> None:
    """What only talks about a key stays."""
    assert _mask(text) == expected


def test_a_masked_credential_stays_as_it_is() -> None:
    """Masking twice is masking once, under a label too."""
    marks = Marks(b"secret")
    once = mask_credentials("Authorization: Bearer sk-proj-Q7w9Zk21PpLm", marks.key)

    assert mask_credentials(once, marks.key) == once
    assert "Q7w9" not in once


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES\n\nMIIE\n-----END RSA PRIVATE KEY----- x", "<> x"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "<>"),
        ("postgres://svc:k9/Q(7)x@Lw3@db.internal/x", "postgres://<>@db.internal/x"),
        ("https://proxy.internal:8080/v1", "https://proxy.internal:8080/v1"),
        ("openaisk-proj-Zk39vQaB7cD8eF9gH0iJ1kL2mN3oP4qR5sT6", "openai<>"),
        ("key: ****-0000-0000-0004.", "key: <>."),
        ('password = "correct horse battery"', 'password = "<>"'),
        ("X-Custom-Token: abc-def", "X-Custom-Token: <>"),
        ("prompt_token=1024", "prompt_token=1024"),
    ],
)
def test_keys_are_found_whole(text: str, left: str) -> None:
    """With headers or slashes in them, glued to a word, behind stars, in words; numbers of tokens are no keys."""
    assert mask_credentials(text, lambda credential, _: "<>") == left
