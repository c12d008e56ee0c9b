"""The part of requirements.lock that an image needs: what an extra or a package stands on, and nothing else.

    python3 locked.py NAME... <requirements.lock >part.lock      NAME: an extra of pyproject.toml, or a package

Who needs whom is read from the lock's own ``# via`` lines, so nothing is resolved anew and no index is asked. A part
that lacked a package would not install: ``pip --require-hashes`` refuses what no hash is given for. It needs the
standard library alone, because it runs before anything is installed.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def main(names: list[str]) -> int:
    """Write the part for ``names`` to stdout; returns the exit code (2: a name is neither extra nor locked)."""
    project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    entries = locked(sys.stdin.read())
    part: set[str] = set()
    for name in names:
        roots = direct(project, name)
        if missing := sorted(roots - entries.keys()):
            sys.stderr.write(f"{', '.join(missing)}: not in requirements.lock; run 'make lock'\n")
            return 2
        part |= closure(entries, roots)
    sys.stdout.write("".join(entries[name] for name in sorted(part)))
    return 0


def locked(text: str) -> dict[str, str]:
    """Package name to its entry in the lock: version, marker, hashes, and who asked for it."""
    entries = re.findall(r"^\w.*\n(?:[ ].*\n)*", text, re.MULTILINE)
    return {_canonical(entry): entry for entry in entries}


def direct(project: Mapping[str, Any], name: str) -> set[str]:
    """What an extra asks for together with every deployable; a package asks for itself."""
    extras = project["optional-dependencies"]
    if name not in extras:
        return {_canonical(name)}
    return {_canonical(requirement) for requirement in (*project["dependencies"], *extras[name])}


def closure(entries: Mapping[str, str], roots: Iterable[str]) -> set[str]:
    """The roots, what they need, what that needs."""
    needs: dict[str, set[str]] = {}
    for name, entry in entries.items():
        for parent in entry.partition("# via")[2].replace("#", " ").split():
            needs.setdefault(_canonical(parent), set()).add(name)
    found: set[str] = set()
    waiting = set(roots)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= needs.get(name, set()) - found
    return found


def _canonical(requirement: str) -> str:
    """The name in ``Name[extra]>=1.2 ; marker``, spelled as packages are compared."""
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
