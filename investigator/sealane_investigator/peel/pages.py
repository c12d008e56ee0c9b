"""What an HTML error page says: its title and first heading."""

import html
import re

_PAGE = re.compile(r"<(?:!doctype html|html|head|title|body|h1)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,400})", re.IGNORECASE)
_HEADING = re.compile(r"<h[12][^>]{0,200}>([^<]{1,400})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,400}>")
_BESIDE = re.compile(r"^[\w.-]{1,100} \| |\s\| [\w. -]{1,60}$")


def page_text(text: str) -> str | None:
    """Return title and heading of the page in ``text`` as one line; None when there is no page.

    What Cloudflare puts beside its own words (``api.openai.com | 520: …``) is left out.
    """
    if not _PAGE.search(text):
        return None
    parts: list[str] = []
    for pattern in (_TITLE, _HEADING):
        match = pattern.search(text)
        part = html.unescape(match[1]).strip() if match else ""
        if part and part not in parts:
            parts.append(_BESIDE.sub("", part))
    if not parts:
        parts = [html.unescape(_TAG.sub(" ", text))]
    return " ".join(parts)
