"""The lock file covers what pyproject.toml asks for, with hashes."""

import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.house import PROJECT, ROOT

_ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?P<rest>(?:.*\\\n)?(?:    --hash=.*\n)*)", re.MULTILINE
)


def _asked() -> list[Requirement]:
    """Every third-party requirement of the distribution and of each extra."""
    lists = [PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values()]
    requirements = [Requirement(text) for entries in lists for text in entries]
    return [requirement for requirement in requirements if requirement.name != PROJECT["project"]["name"]]


def _locked() -> dict[str, tuple[str, int]]:
    """Name to locked version and number of hashes."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {
        canonicalize_name(entry["name"]): (entry["version"], entry["rest"].count("--hash=sha256:"))
        for entry in _ENTRY.finditer(text)
    }


def test_every_dependency_is_locked_at_a_version_that_it_accepts() -> None:
    """Each requirement of pyproject.toml has a locked version within its bounds."""
    locked = _locked()
    unmet = [
        str(requirement)
        for requirement in _asked()
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), ("0", 0))[0])
    ]

    assert unmet == []


def test_every_locked_version_has_hashes() -> None:
    """pip refuses a file that the lock does not know, because every entry names its hashes."""
    bare = [name for name, (_, hashes) in _locked().items() if not hashes]

    assert bare == []


def test_nothing_in_the_lock_names_where_it_was_resolved() -> None:
    """The lock holds versions and hashes, and no index or path of the machine that made it."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.search(r"https?://|^-|file:", line)]

    assert lines == []
