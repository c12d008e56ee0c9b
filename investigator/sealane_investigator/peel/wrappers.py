"""What SDKs, proxies, agents and logs put around an error's own words, taken off one after another."""

import re

from sealane_investigator.peel.prefixes import PREFIXES

#: Wrappers around wrappers; nobody writes more.
MAX_WRAPPERS = 24
#: Characters at the end of a text where a suffix is looked for.
MAX_SUFFIX = 800

#: What follows an error's own words.
_SUFFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        r"[\s.·,;-]{1,4}\(?(?:Retrying|Will retry|Retry attempt|Retries left|[Rr]etry in)\b[^\n]{0,160}$",
        r"\s{0,4}\((?:attempt|try)[ #:]{0,3}\d[^()]{0,40}\)$",
        (
            r"\s{0,4}[\[(]?(?i:request[ _-]?id|req_id|trace[ _-]?id|traceid|x-request-id|cf-ray|ref|"
            r"请求 ?[iI][dD])[\"']?\s?[:=]\s?[\"']?[\w./:-]{4,80}[\"']?[\])]?\.?$"
        ),
        r"\s{0,4}\(HTTP response code was \d{3}\)\.?$",
        r"\s{0,4}Received Model Group=[^\n]{0,400}$",
        r"\s{0,4}(?:LiteLLM Retried|Available Model Group Fallbacks)[^\n]{0,200}$",
        r"[\s.]{0,4}Handle with `[\w.]{1,80}`?\.?$",
        r"\s{0,4}The [\w ]{1,40} API provider is down or overloaded\.?$",
        r"\s{0,4}For more information check: https://\S{1,200}$",
        r"\s{0,4}If this persists, run [^\n]{0,200}$",
        r"\s{0,4}For troubleshooting, visit:[^\n]{0,200}$",
        r"\s{0,4}\((?:[\w./-]{1,80}\.(?:py|js|ts|go|c|rs|java)):\d{1,6}(?::\d{1,6})?\)$",
        r"(?<=\S)(?:[\"'`]{1,4},?\)+|[\"'`}\]]{2,8}|[\"`])\.?$",
    )
)

_BRACKETED = re.compile(r"\[(\d{3,5})\]\s?\[([^\[\]]{1,4000})(?:\](?:\s?\[[\w-]{8,64}\])?|$)")


def strip(text: str) -> tuple[str, list[str]]:
    """Return ``text`` without the wrappers at its beginning and end, and the names of those, outermost first."""
    layers: list[str] = []
    rest = text.strip()
    for _ in range(MAX_WRAPPERS):
        taken = _prefix(rest)
        if taken is None:
            break
        name, rest = taken
        if name not in layers:
            layers.append(name)
    return _without_suffixes(rest), layers


def bracketed(text: str) -> tuple[str, str] | None:
    """Return code and message of ``[1214][message][request id]``, as BigModel words an error in one string."""
    match = _BRACKETED.search(text)
    return (match[1], match[2].strip()) if match else None


def _prefix(text: str) -> tuple[str, str] | None:
    for name, pattern in PREFIXES:
        match = pattern.match(text)
        if match and match.end() and (rest := text[match.end() :].strip()):
            return name, rest
    return None


def _without_suffixes(text: str) -> str:
    """Take suffixes off while there are any, but never the whole text."""
    begin = max(0, len(text) - MAX_SUFFIX)
    head, tail = text[:begin], text[begin:]
    for _ in range(3):
        before = tail
        for pattern in _SUFFIXES:
            match = pattern.search(tail)
            if match and (begin or match.start() > 3):
                tail = tail[: match.start()].rstrip()
        if tail == before:
            break
    return head + tail
