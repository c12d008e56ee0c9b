"""The token file is read strictly."""

import hashlib

import pytest

from sealane_investigator.server.access.token_file import (
    MAX_FILE_BYTES,
    MAX_TOKENS,
    Right,
    Token,
    TokenFileError,
    parse_token_file,
)

_DIGEST = hashlib.sha256(b"x").hexdigest()


def _entry(**changed: object) -> str:
    fields = {"name": "router", "sha256": _DIGEST, "rights": "[report]", **changed}
    return "- {" + ", ".join(f"{name}: {value}" for name, value in fields.items() if value is not None) + "}\n"


def _parsed(*entries: str) -> tuple[Token, ...]:
    return parse_token_file(("tokens:\n" + "".join(entries)).encode(), "t.yaml")


def test_an_entry_says_what_its_token_may_do() -> None:
    """With its moment of expiry, and whether what it sends is Sealane's own trouble."""
    other = hashlib.sha256(b"y").hexdigest()
    first, second = _parsed(
        _entry(rights="[report, read]", expires="2027-01-31T00:00:00Z"),
        _entry(name="own", sha256=other, rights="[alert]", origin="self"),
    )

    assert first == Token("router", bytes.fromhex(_DIGEST), frozenset({Right.REPORT, Right.READ}), False, 1_801_353_600)
    assert second == Token("own", bytes.fromhex(other), frozenset({Right.ALERT}), True)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "Router"}, "t.yaml: tokens[0].name: found 'Router'; write at most 63"),
        ({"sha256": "sk-secret"}, "t.yaml: tokens[0].sha256: found 9 characters; write the SHA-256"),
        ({"rights": "[reed]"}, "t.yaml: tokens[0].rights: found 'reed'; write some of act, alert, read, report"),
        ({"rights": "[]"}, "t.yaml: tokens[0].rights: found 'nothing'"),
        ({"origin": "router"}, "t.yaml: tokens[0].origin: found 'router'; write self"),
        ({"expires": "tomorrow"}, "t.yaml: tokens[0].expires: found 'tomorrow'; write a moment"),
        ({"expires": "'2027-01-31T00:00:00'"}, "t.yaml: tokens[0].expires: found"),
        ({"right": "x"}, "t.yaml: tokens[0]: Object contains unknown field `right`"),
        ({"name": None}, "t.yaml: tokens[0]: Object missing required field `name`"),
    ],
)
def test_what_is_not_understood_refuses_the_file_with_its_place(changed: dict[str, object], said: str) -> None:
    """And never repeats what may be the token itself."""
    with pytest.raises(TokenFileError) as refused:
        _parsed(_entry(**changed))

    assert str(refused.value).startswith(said)
    assert "sk-secret" not in str(refused.value)


def test_a_token_or_a_name_twice_refuses_the_file() -> None:
    """Two opinions are one too many."""
    with pytest.raises(TokenFileError) as refused:
        _parsed(_entry(), _entry())

    assert str(refused.value).splitlines() == [
        "t.yaml: tokens[1].name: a token of this name is already at tokens[0].name; write each once",
        "t.yaml: tokens[1].sha256: the same token is already at tokens[0].sha256; write each once",
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"tokens: [", b"\xff\xfe\xff", b"tokens: []\ntokens: []", b"!!python/object:x {}", b"[" * 5_000],
)
def test_what_is_no_token_file_is_refused(content: bytes) -> None:
    """Whatever it is."""
    with pytest.raises(TokenFileError, match=r"^t\.yaml"):
        parse_token_file(content, "t.yaml")


def test_a_file_has_limits() -> None:
    """In bytes and in tokens; at the limit it is read."""
    entries = [
        _entry(name=f"n{number}", sha256=hashlib.sha256(str(number).encode()).hexdigest())
        for number in range(MAX_TOKENS + 1)
    ]

    assert len(_parsed(*entries[:-1])) == MAX_TOKENS
    with pytest.raises(TokenFileError, match="at most 1000"):
        _parsed(*entries)
    with pytest.raises(TokenFileError, match="bytes"):
        parse_token_file(b" " * (MAX_FILE_BYTES + 1), "t.yaml")
