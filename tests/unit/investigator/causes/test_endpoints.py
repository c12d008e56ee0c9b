"""Which keys belong to which hosts."""

import pytest

from sealane_investigator.causes.endpoints import MISFILLED, PLATFORMS, mismatch, platform_at, right_hosts
from sealane_telemetry.error_text.credentials import PREFIXES, credential_class


@pytest.mark.parametrize(
    ("key_class", "host", "words"),
    [
        ("sk-or-", "api.moonshot.ai", "OpenRouter"),
        ("sk-kimi-", "api.moonshot.ai", "Kimi Coding"),
        ("sk-kimi-", "api.moonshot.cn", "Kimi Coding"),
        ("sk-ant-", "api.moonshot.ai", "Anthropic"),
        ("sk-proj-", "api.moonshot.ai", "OpenAI"),
        ("sk-proj-", "API.Z.AI.", "OpenAI"),
        ("id.secret", "api.moonshot.ai", "Z.ai or Zhipu BigModel"),
        ("sk-", "api.z.ai", "have the form id.secret or jwt"),
        ("sk-", "open.bigmodel.cn", "have the form id.secret or jwt"),
        ("sk-", "api.kimi.com", "have the form sk-kimi-"),
        ("sk-", "openrouter.ai", "have the form sk-or-"),
        ("sk-or-", "eu.api.openai.com", "OpenRouter"),
        ("sl-", "api.moonshot.ai", "this gateway's callers"),
        ("AIza", "api.moonshot.ai", "Google"),
        ("sk-lf-", "api.openai.com", "Langfuse"),
    ],
)
def test_a_key_of_another_platform_is_named(key_class: str, host: str, words: str) -> None:
    """Its form or the host's says so."""
    assert words in (mismatch(key_class, host) or "")


@pytest.mark.parametrize(
    ("key_class", "host"),
    [
        ("sk-", "api.moonshot.ai"),
        ("sk-", "api.moonshot.cn"),
        ("sk-", "api.openai.com"),
        ("sk-kimi-", "api.kimi.com"),
        ("id.secret", "api.z.ai"),
        ("id.secret", "open.bigmodel.cn"),
        ("jwt", "api.z.ai"),
        ("sk-or-", "openrouter.ai"),
        ("sk-or-", "litellm.internal"),
        ("opaque", "api.z.ai"),
        ("masked", "api.z.ai"),
        ("empty", "api.z.ai"),
        ("AIza", "generativelanguage.googleapis.com"),
        ("", "api.z.ai"),
        ("url", "api.z.ai"),
        ("sk-proj-", "api.openai.com"),
        ("sk-or-", "notopenrouter.ai"),
    ],
)
def test_a_key_that_may_be_right_is_left_alone(key_class: str, host: str) -> None:
    """A plain key tells nothing, and a proxy takes keys of any form."""
    assert mismatch(key_class, host) is None


def test_a_host_belongs_to_one_platform() -> None:
    """Or the first of two would win by chance."""
    hosts = [host for platform in PLATFORMS for host in platform.hosts]

    assert len(hosts) == len(set(hosts))


def test_a_host_below_a_known_one_is_the_same_platform() -> None:
    """Regions have names of their own."""
    found = platform_at("eu.api.openai.com")

    assert found is not None
    assert found.name == "OpenAI"
    assert platform_at("evilapi.openai.com.example") is None


def test_a_key_that_tells_its_owner_tells_the_host() -> None:
    """Two platforms may share one form."""
    assert right_hosts("id.secret") == ("api.z.ai", "open.bigmodel.cn")
    assert right_hosts("sk-") == ()
    assert right_hosts("sl-") == ()


def test_every_prefix_that_tells_is_one_that_is_recognised() -> None:
    """Or no event would ever have it."""
    recognised = {prefix.lower() for prefix in PREFIXES} | {"id.secret", "jwt"}
    told = {prefix for platform in PLATFORMS for prefix in (*platform.prefixes, *platform.only)}

    assert told <= recognised


def test_a_misfilled_field_is_one_that_is_recognised() -> None:
    """By the same code that hashes the key."""
    held = {"url": "https://api.moonshot.ai/v1", "placeholder": "YOUR_API_KEY", "words": "ask the team for it"}

    assert {name: credential_class(text) for name, text in held.items()} == {name: name for name in MISFILLED}
