"""What an error says is the same, whatever is wrapped around it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_investigator.incident.peeled import Peeled
from sealane_investigator.peel.peeling import peel

_SAID = "The engine is currently overloaded, please try again later"
_OBJECT = {"error": {"message": _SAID, "type": "engine_overloaded_error"}}


def _twice() -> str:
    return json.dumps({"error": {"message": json.dumps(_OBJECT), "code": 429}})


@pytest.mark.parametrize(
    "text",
    [
        _SAID,
        f"429 {_SAID}",
        json.dumps(_OBJECT),
        f"Error code: 429 - {_OBJECT}",
        f"LLM provider error: Error code: 429 - {_OBJECT}".replace("currently", "curre\nntly"),
        f"Reason: Rate limit exceeded {json.dumps(_OBJECT)}",
        f"API Error (429 {json.dumps(_OBJECT)}) · Retrying in 60 seconds… (attempt 1/10)",
        f"litellm.RateLimitError: RateLimitError: MoonshotException - {_SAID}",
        f"data: {json.dumps(_OBJECT)}\n\n",
        _twice(),
        json.dumps({"detail": _twice()}),
        f"POST https://api.x/v1: 429 Too Many Requests {json.dumps(_OBJECT)}",
        f"\x1b[31m⎿  {json.dumps(_OBJECT)}\x1b[0m",
        f"> openai.RateLimitError: Error code: 429 - {_OBJECT}",
        f'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nopenai.RateLimitError: {_SAID}',
        repr(json.dumps(_OBJECT).encode()),
        f"BadRequestError({f'Error code: 429 - {_OBJECT}'!r})",
    ],
)
def test_every_wrapper_gives_the_same_message(text: str) -> None:
    """Of SDKs, proxies, agents, logs, terminals and serialisers."""
    peeled = peel(text)

    assert peeled.message == _SAID
    assert peeled.family == "moonshot"


def test_the_parts_of_an_error_object_are_stated() -> None:
    """The innermost holds."""
    text = "Error code: 400 - {'error': {'message': \"Unsupported parameter: 'max_tokens'\", 'param': 'max_tokens', 'code': 'unsupported_parameter', 'type': 'invalid_request_error'}}"  # noqa: E501

    assert peel(text) == Peeled(
        text=text,
        message="Unsupported parameter: 'max_tokens'",
        code="unsupported_parameter",
        type="invalid_request_error",
        param="max_tokens",
        status=400,
        family="openai",
        layers=("sdk", "json"),
    )


@pytest.mark.parametrize(
    ("text", "given_status", "expected"),
    [
        ('{"error": {"code": 503, "message": "x"}}', 502, 503),
        ("HTTP 429: slow", 502, 429),
        ("slow down now", 502, 502),
        ("404 page not found", None, 404),
        ("you requested 4203 tokens (3703 in the messages, 500 in the completion)", None, None),
    ],
)
def test_the_status_is_the_innermost(text: str, given_status: int | None, expected: int | None) -> None:
    """Of the object, else of a wrapper, else the caller's, else a number where one stands."""
    assert peel(text, http_status=given_status).status == expected


def test_who_speaks_for_many_is_not_peeled() -> None:
    """What each of them said is detail."""
    text = '502 All variants failed with errors: zai: 429: {"error":{"code":"1308","message":"Usage limit"}}, b: {}'

    assert peel(text).message.startswith("All variants failed with errors")
    assert peel(text).code is None


def test_a_text_cut_inside_is_said_to_be_cut() -> None:
    """At the end of a string, or with dots."""
    assert peel('{"error": {"message": "The engine is curr').cut
    assert peel("The engine is...").cut
    assert not peel(_SAID).cut


def test_codes_in_brackets_are_codes() -> None:
    """BigModel's form inside an error object."""
    peeled = peel(
        "{'error': {'message': '[1214][prompt 参数非法。请检查文档。]', 'type': 'invalid_request_error', 'cod"
    )

    assert (peeled.code, peeled.message, peeled.family) == ("1214", "prompt 参数非法。请检查文档。", "zai")


def test_an_object_that_only_names_its_type_says_that() -> None:
    """The JavaScript SDK of AWS leaves the message empty."""
    peeled = peel('{"name": "ThrottlingException", "$fault": "client", "$metadata": {"httpStatusCode": 429}}')

    assert (peeled.message, peeled.status, peeled.family) == ("ThrottlingException", 429, "bedrock")


@given(st.text(max_size=400) | st.text(alphabet="{}[]\"'\\:, \nab4", max_size=300))
@settings(deadline=None)
def test_any_text_is_peeled(text: str) -> None:
    """The answer is one line, whatever the text."""
    peeled = peel(text, provider=text[:10])

    assert "\n" not in peeled.message
    assert "\n" not in peeled.text


@pytest.mark.parametrize("text", ['{"error":{"code":"1113","mess', '429 {"error": {"code": "1113", "message": "'])
def test_an_object_that_is_cut_before_its_message_keeps_its_code(text: str) -> None:
    """The code is all that it says."""
    found = peel(text, provider="zai")

    assert (found.code, found.family, found.cut) == ("1113", "zai", True)
