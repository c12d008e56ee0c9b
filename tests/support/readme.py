"""The commands that the README tells its reader to type, section by section."""

import re

from tests.architecture.house import ROOT

QUICK_START = "In a cluster, from nothing to a rollback"

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(section: str) -> list[str]:
    """The shell blocks of a section in their order. Raises LookupError when there is no such section."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    _, heading, rest = text.partition(f"\n## {section}\n")
    if not heading:
        raise LookupError(f"README.md has no section {section!r}")
    return _BLOCK.findall(rest.partition("\n## ")[0])
