"""Exceptions, their tracebacks and their causes."""

import pytest

from sealane_investigator.peel.exceptions import MAX_NAMES, cause, exception_names, last_raised


def test_names_come_in_order_and_once() -> None:
    """With their modules as written."""
    text = "litellm.RateLimitError: RateLimitError: OpenAIException - x; socket.gaierror: y; RateLimitError"

    assert exception_names(text) == ("litellm.RateLimitError", "RateLimitError", "OpenAIException", "socket.gaierror")


def test_names_have_a_limit() -> None:
    """A dump of a thousand names tells no more."""
    assert len(exception_names(" ".join(f"A{number}Error" for number in range(99)))) == MAX_NAMES


def test_the_last_exception_of_a_traceback_speaks() -> None:
    """What it was caused by stands before it."""
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: first\n\n'
        "The above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "b.py", line 2, in h\nopenai.APIError: second\nline two'
    )

    assert last_raised(text) == "openai.APIError: second\nline two"


def test_javas_last_cause_speaks() -> None:
    """It is printed last."""
    text = "a.RunException: x\n\tat a.C(D.java:1)\nCaused by: java.net.SocketTimeoutException: Read timed out\n\tat e.f"

    assert last_raised(text) == "java.net.SocketTimeoutException: Read timed out"


def test_nodes_stack_is_left_out() -> None:
    """The message stands before it."""
    assert last_raised("Error: read ECONNRESET\n    at TLSWrap.onStreamRead (node:internal:217:20)") == (
        "Error: read ECONNRESET"
    )


def test_a_text_without_stack_has_none() -> None:
    """Nothing is left out of it."""
    assert last_raised("Error: slow down") is None


_REFUSED = (
    "(Caused by NewConnectionError('<x at 0x7>: Failed to establish a new connection: [Errno 111] Connection refused'))"
)
_MISMATCH = "certificate verify failed: Hostname mismatch, certificate is not valid for 'a.b'."
_UNVERIFIED = f'(Caused by SSLError(SSLCertVerificationError(1, "[SSL: X_FAILED] {_MISMATCH} (_ssl.c:997)")))'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Max retries exceeded {_REFUSED}", "[Errno 111] Connection refused"),
        (f"Max retries exceeded {_UNVERIFIED}", f"[SSL: X_FAILED] {_MISMATCH}"),
        ("Cannot connect to host a.b:443 ssl:default [Name or service not known]", "Name or service not known"),
        ("Cannot connect to host a.b:80 ssl:None [None]", "None"),
        ("nothing of the kind", None),
    ],
)
def test_a_cause_in_brackets_speaks(text: str, expected: str | None) -> None:
    """urllib3's and aiohttp's."""
    assert cause(text) == expected
