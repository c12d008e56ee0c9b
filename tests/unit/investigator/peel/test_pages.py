"""A page says its title."""

from sealane_investigator.peel.pages import page_text


def test_a_page_says_title_and_heading_once() -> None:
    """nginx writes the same words in both."""
    page = (
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
    )

    assert page_text(page) == "502 Bad Gateway"


def test_what_cloudflare_puts_beside_its_words_is_left_out() -> None:
    """The host before the bar is none of the wording."""
    assert page_text("<title>api.x.com | 520: Web server is returning an unknown error</title>") == (
        "520: Web server is returning an unknown error"
    )


def test_a_page_without_title_says_its_text() -> None:
    """Without the tags."""
    assert page_text("<html><body>upstream &amp; down</body></html>") == "  upstream & down  "


def test_angle_brackets_are_no_page() -> None:
    """An account's id between them, a class of Python."""
    assert page_text("Your account <ak-1> and <class 'TimeoutError'>") is None
