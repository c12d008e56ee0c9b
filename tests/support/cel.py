"""Laws that are nothing but ``self.matches(r'…')`` with ``!``, ``&&`` and ``||``, judged by RE2 without a server."""

import re

import re2

from sealane_api.crd.law import Law

_MATCH = re.compile(r"""self\.matches\((r?(?:'[^']*'|"[^"]*"))\)""")


def holds(law: Law, text: str) -> bool:
    """Whether the law is true of ``text``; CEL's ``matches`` finds a match anywhere, as RE2's search does."""
    patterns: list[str] = []

    def name(found: re.Match[str]) -> str:
        literal = found[1]
        patterns.append(literal.removeprefix("r")[1:-1])
        return f"found[{len(patterns) - 1}]"

    expression = _MATCH.sub(name, law.rule).replace("&&", " and ").replace("||", " or ").replace("!", " not ")
    found = [re2.search(pattern, text) is not None for pattern in patterns]
    return bool(eval(expression, {"__builtins__": {}}, {"found": found}))
