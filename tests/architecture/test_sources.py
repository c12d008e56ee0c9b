"""What is in the tree is finished."""

import re

from tests.architecture.house import ROOT, files_of_tests, shown, sources

#: Written so that this file does not find itself.
_UNFINISHED = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b")

_NAMELESS = {"helpers", "utils", "util", "common", "misc", "helper"}


def test_nothing_is_left_to_do() -> None:
    """No file carries a note to finish it later; what is not built is in no file."""
    files = [
        *sources(),
        *files_of_tests(),
        *sorted((ROOT / "bench").rglob("*.py")),
        ROOT / "Makefile",
        ROOT / "README.md",
    ]
    found = [
        f"{shown(path)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if _UNFINISHED.search(line)
    ]

    assert found == [], "\n".join(found)


def test_every_module_is_named_by_what_it_is() -> None:
    """No module is called helpers or utils: such a name says who uses it, and that changes."""
    found = [shown(path) for path in [*sources(), *files_of_tests()] if path.stem in _NAMELESS]

    assert found == [], "\n".join(found)
