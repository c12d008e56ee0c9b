"""Where another part of Sealane listens, as users write it."""

from urllib.parse import urlsplit

_EXAMPLE = "write a URL such as http://sealane-investigator:8081"


def url(text: str) -> str:
    """``http://host:port`` or ``https://host``, perhaps with a path that is kept; empty text is nowhere."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(_EXAMPLE) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError(_EXAMPLE)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(_EXAMPLE)
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("leave out user information, query and fragment; the token has a file of its own")
    return text.rstrip("/")
