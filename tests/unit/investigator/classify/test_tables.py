"""Codes, names, types and statuses where the message says nothing."""

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify import tables
from sealane_investigator.peel.peeling import peel


@pytest.mark.parametrize(
    ("text", "provider", "found"),
    [
        ('{"error":{"code":"1305","message":"xx"}}', "zai", C.PROVIDER_OVERLOADED),
        ('{"error":{"code":"1305","message":"xx"}}', "openrouter", None),
        ('{"error":{"message":"xx","type":"x","code":"insufficient_quota"}}', None, C.QUOTA_EXHAUSTED),
        ("botocore.exceptions.ThrottlingException: xx", None, C.RATE_LIMIT),
        ('{"error":{"message":"xx"}}', None, None),
    ],
)
def test_a_documented_code_means_its_class(text: str, provider: str | None, found: C | None) -> None:
    """A number only at the family whose number it is; a word everywhere."""
    assert tables.by_code(peel(text, provider=provider)) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("httpx.ReadError", C.CONNECTION_RESET),
        ("aiohttp.client_exceptions.ClientPayloadError: xx", C.STREAM_TRUNCATED),
        ("openai.BadRequestError: xx", C.INVALID_PARAM),
        ("foo.BarError: xx", None),
    ],
)
def test_an_exception_means_its_class(text: str, found: C | None) -> None:
    """By the last part of its name, whichever library raises it."""
    assert tables.by_exception(peel(text)) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("httpx.PoolTimeout: timed out", C.POOL_EXHAUSTED),
        ("httpx.ReadTimeout: x", None),
        ("asyncio.exceptions.CancelledError", C.NONE),
        ("asyncio.exceptions.CancelledError\n\nDuring handling of it:\n\nTimeoutError\n\nhttpx.ReadTimeout", None),
    ],
)
def test_some_names_settle_it(text: str, found: C | None) -> None:
    """Their message would say less: "timed out"."""
    assert tables.by_telling_name(peel(text)) is found


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (401, C.AUTH_INVALID_KEY),
        (418, C.INVALID_PARAM),
        (529, C.PROVIDER_OVERLOADED),
        (599, C.UPSTREAM_5XX),
        (200, None),
    ],
)
def test_a_status_means_something_last(status: int, found: C | None) -> None:
    """Every error status has a class."""
    assert tables.by_status(status) is found


def test_a_type_means_its_class() -> None:
    """Moonshot's types share 429."""
    assert tables.by_type(peel('{"error":{"message":"x","type":"engine_overloaded_error"}}')) is C.PROVIDER_OVERLOADED


def test_a_code_of_one_meaning_needs_no_message() -> None:
    """A message that sounds like something else does not matter then."""
    assert (
        tables.by_firm_code(peel('{"error":{"code":"1305","message":"Rate limit reached"}}')) is C.PROVIDER_OVERLOADED
    )
    assert tables.by_firm_code(peel('{"error":{"code":"1302","message":"Rate limit reached"}}')) is None


def test_a_type_of_one_meaning_needs_no_message() -> None:
    """Moonshot calls an account without money suspended."""
    assert tables.by_firm_type(peel('{"error":{"type":"exceeded_current_quota_error","message":"is suspended"}}')) is (
        C.QUOTA_EXHAUSTED
    )
