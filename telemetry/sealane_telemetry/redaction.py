"""Private text as its length and hash, so that two log lines about the same text can still be matched.

:func:`redact` is for text known to be private, :func:`redact_mapping` for headers and query parameters, and
:func:`scrub` for text that ought to be public and may hold a key all the same.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

#: Longer texts never reach a log line as they are, whatever they hold.
MAX_TEXT = 256

#: Names of headers and query parameters whose values are credentials, in lower case.
CREDENTIAL_NAMES = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "x-api-key",
        "api-key",
        "api_key",
        "apikey",
        "cookie",
        "set-cookie",
        "access_token",
        "token",
        "key",
        "x-amz-security-token",
        "x-goog-api-key",
        "sec-websocket-protocol",  # browsers can send a key to a WebSocket only here
    }
)

# Each repeats one character class at a time, and where a match can fail late the repetition is bounded: linear time.
_LABELLED = re.compile(
    r"""((?:authorization|api[-_]?key|access[-_]token|[?&](?:token|key))["']?\s{0,4}[:=]\s{0,4}["']?"""
    r"""(?:(?:bearer|basic)\s{1,4})?|\bbearer\s{1,4}|\bbasic\s{1,4})(?!\[redacted)([^\s"'&,;]+)"""
    r"""|((?:set-)?cookie["']?\s{0,4}[:=])([^\r\n]+)""",
    re.IGNORECASE,
)
_SHAPED = re.compile(
    r"(?<![A-Za-z0-9])(?:sk|sl)[-_][A-Za-z0-9_-]{8,}"  # Moonshot, OpenAI, Anthropic; ours
    r"|(?<![A-Za-z0-9])[0-9a-fA-F]{32}\.[A-Za-z0-9_-]{8,}"  # Z.ai: {id}.{secret}
    r"|(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{4,1024}\.[A-Za-z0-9_.-]+"  # JWT
    r"|(?i:data:)[A-Za-z0-9.+/-]*(?:;[A-Za-z0-9=._-]+)*,[^\s\"']*"  # an image or a file
    r"|(?<=://)[^\s/@\"']+(?=@)"  # user information of a URL
)


def redact(private: str | bytes | bytearray | memoryview) -> str:
    """Return ``[redacted len=1234 sha256=ab12cd34]``: characters (bytes of a buffer), 8 hash digits.

    Text is hashed as UTF-8, so text and its bytes have the same hash.
    """
    data = private.encode("utf-8", "surrogatepass") if isinstance(private, str) else bytes(private)
    return f"[redacted len={len(private)} sha256={hashlib.sha256(data).hexdigest()[:8]}]"


def scrub(text: str) -> str:
    """Return ``text`` with everything key-shaped replaced by length and hash.

    Known shapes: ``sk-…``, Z.ai's ``{id}.{secret}``, JWTs, ``data:`` URLs, the user information of a URL, and
    what follows ``Bearer``, ``Basic``, ``Authorization:``, ``x-api-key:``, ``?Authorization=``, ``Cookie:``
    and the like.
    """
    return _SHAPED.sub(_redact_match, _LABELLED.sub(_redact_labelled, text))


def public_text(text: str, limit: int = MAX_TEXT) -> str:
    """Return ``text`` scrubbed, or only its length and hash when it has more than ``limit`` characters."""
    return scrub(text) if len(text) <= limit else redact(text)


def redact_mapping(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers or query parameters that may be shown: credentials redacted, the rest scrubbed.

    Names keep their spelling and are compared without case; of a repeated name all values are joined by ``,
    ``.
    """
    shown: dict[str, str] = {}
    for name, value in pairs.items() if isinstance(pairs, Mapping) else pairs:
        text = redact(value) if name.lower() in CREDENTIAL_NAMES else public_text(value)
        shown[name] = f"{shown[name]}, {text}" if name in shown else text
    return shown


def _redact_match(match: re.Match[str]) -> str:
    return redact(match[0])


def _redact_labelled(match: re.Match[str]) -> str:
    label, value = (match[1], match[2]) if match[1] is not None else (match[3], match[4])
    return f"{label}{redact(value)}"
