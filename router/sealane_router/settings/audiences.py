"""Whom a ServiceAccount's token was made for."""

import re


def audience(text: str) -> str:
    """One audience: printable ASCII without spaces, quotes and commas, because it is quoted to callers."""
    if re.fullmatch(r"[!#-&(-+\--~]{1,253}", text) is None:
        raise ValueError("write one audience: at most 253 printable characters without spaces, quotes and commas")
    return text
