"""Reading error bodies of every shape."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.providers.provider_error import ProviderError, is_error, read_error, safe_word


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b'{"error":{"message":"m","type":"t","param":"p","code":"c"}}',
            ProviderError("m", "c", "t", "p"),
        ),
        (b'{"error":{"code":1302,"message":"m"}}', ProviderError("m", "1302")),
        (b'{"code":1302,"msg":"m"}', ProviderError("m", "1302")),
        (b'{"message":"m","type":"t"}', ProviderError("m", None, "t")),
        (b'{"error":"m"}', ProviderError("m")),
        (b'{"detail":"m"}', ProviderError("m")),
        (b'[{"error":{"message":"m"}}]', ProviderError("m")),
        (b'{"type":"error","error":{"type":"t","message":"m"}}', ProviderError("m", None, "t")),
        (b'{"type":"error","error":{"type":"1113","message":"m"}}', ProviderError("m", "1113", "1113")),
        (b'{"error":{"message":"[1214][bad top_p]"}}', ProviderError("bad top_p", "1214")),
        (b'{"error":{"message":"[1313][slow][20ab]","code":429}}', ProviderError("slow", "1313")),
        (
            rb'{"error":{"message":"{\"error\":{\"message\":\"inner\",\"code\":503}}","code":500}}',
            ProviderError("inner", "503"),
        ),
        (rb'{"error":{"message":"cut \ud800"}}', ProviderError("cut \ufffd")),
        (b"no healthy upstream", ProviderError("no healthy upstream")),
        (b"<html>502</html>", ProviderError()),
        (b"", ProviderError()),
        (b"{}", ProviderError()),
        (b'{"error":{"message":' + b"[" * 50_000, ProviderError('{"error":{"message":' + "[" * 1004)),
    ],
)
def test_an_error_is_read(body: bytes, expected: ProviderError) -> None:
    """Message, code and type are found where each family of providers puts them."""
    assert read_error(body) == expected


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_no_body_is_too_odd(body: bytes) -> None:
    """Whatever the bytes, reading them raises nothing."""
    read_error(body)


def test_a_huge_message_is_cut() -> None:
    """A provider that echoes the request cannot make the gateway's error as large."""
    assert len(read_error(b'{"error":{"message":"' + b"x" * 60_000 + b'"}}').message) == 8192
    assert read_error(b'{"error":{"message":"' + b"x" * 70_000 + b'"}}').code is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("rate_limit_exceeded", "rate_limit_exceeded"),
        (1302, "1302"),
        ("a\nb,c", "a_b_c"),
        ("Too Many Requests", "Too_Many_Requests"),
        ("x_" * 32, "x_" * 32),
        ("x_" * 32 + "x", None),
        ("Write a letter to my boss", None),
        ("a,b,c,d", None),
        ("alice@example.com", None),
        ("13812345678", None),
        ("Xq7Lm2Zp9Wk4Vb8Nt3Rc6Yd1Fs5Gh0Ja", None),
        ("qwkzjxvbpmtnrcydfsghlaeuioqwkzjx", None),
        ("ResponsibleAIPolicyViolation", "ResponsibleAIPolicyViolation"),
        ("", None),
        (None, None),
        (True, None),
        ({"a": 1}, None),
    ],
)
def test_a_code_is_made_safe_to_log(value: object, expected: str | None) -> None:
    """At most 64 harmless characters come through, and nothing that is no code."""
    assert safe_word(value) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"error": {"message": "m"}}, True),
        ({"code": 1302, "msg": "m"}, True),
        ({"error": None, "choices": []}, False),
        ({"code": 200, "message": "ok"}, False),
        ({"code": 5}, False),
        ([], False),
    ],
)
def test_an_error_in_place_of_an_answer_is_recognised(document: object, expected: bool) -> None:
    """An error object, or a code that is not success beside its words."""
    assert is_error(document) is expected
