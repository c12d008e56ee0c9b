"""Which model is asked."""

import pytest

from sealane_investigator.settings.asking import ModelSettings, base_url, model_name


def test_no_model_is_asked_by_default() -> None:
    """And the one that would be is Kimi's."""
    assert (ModelSettings().url, ModelSettings().name) == ("", "kimi-k2.6")


def test_an_address_is_read() -> None:
    """Of a provider, or of a router beside."""
    assert base_url("https://api.moonshot.ai/v1") == "https://api.moonshot.ai/v1"
    assert base_url("http://sealane/v1") == "http://sealane/v1"


@pytest.mark.parametrize(
    "text",
    ["api.moonshot.ai", "ftp://a/v1", "https:///v1", "https://k:s@a/v1", "https://a/v1?key=s", "https://a/#" + "x"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """Nor is one that holds a secret."""
    with pytest.raises(ValueError, match="write https"):
        base_url(text)


@pytest.mark.parametrize("text", ["", "two words", "x" * 257])
def test_what_is_no_name_is_refused(text: str) -> None:
    """It goes into a request as it is."""
    with pytest.raises(ValueError, match="write the name"):
        model_name(text)
