"""The namespaces whose routes a router serves."""

import re

#: A router lists and watches each of them by itself: more than a few dozen are a cluster, and a cluster is one watch.
MAX_NAMESPACES = 64
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def namespaces(text: str) -> tuple[str, ...]:
    """Names separated by commas, each once; empty text is every namespace."""
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(
                f"{name[:60]!r} is no namespace; write lower-case letters, digits and dashes, names separated by commas"
            )
    if len(names) > MAX_NAMESPACES:
        raise ValueError(f"write at most {MAX_NAMESPACES} namespaces, or none to serve those of all")
    return names
