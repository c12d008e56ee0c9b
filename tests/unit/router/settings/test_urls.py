"""URLs as users write them."""

import pytest

from sealane_router.settings.urls import url


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ""),
        ("http://sealane-investigator:8081", "http://sealane-investigator:8081"),
        ("http://sealane-investigator:8081/", "http://sealane-investigator:8081"),
        ("https://[fd00::1]/errors/", "https://[fd00::1]/errors"),
    ],
)
def test_a_url_is_kept_without_its_last_slash(text: str, read: str) -> None:
    """A path in front of the API stays."""
    assert url(text) == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sealane-investigator:8081", "write a URL such as"),
        ("ftp://host", "write a URL such as"),
        ("http://", "write a URL such as"),
        ("http://host:99999", "write a URL such as"),
        ("http://host:0", "write a URL such as"),
        ("http://ho st", "write a URL such as"),
        ("http://hóst", "write a URL such as"),
        ("http://user@host", "leave out user information"),
        ("http://host/?token=x", "leave out user information"),
        ("http://host/#x", "leave out user information"),
    ],
)
def test_what_is_no_url_is_refused(text: str, words: str) -> None:
    """With what to write instead; a token belongs into its file."""
    with pytest.raises(ValueError, match=words):
        url(text)
