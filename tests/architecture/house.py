"""Where the house's parts are, read from ``pyproject.toml`` so that no test keeps a list of its own."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

#: Package name to its folder, in the order of the wheel.
PACKAGES: dict[str, Path] = {
    Path(path).name: ROOT / path for path in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
}

#: The folders that hold one package each: ``api``, ``router``, …
ROOTS = [folder.parent for folder in PACKAGES.values()]


def sources() -> list[Path]:
    """Every module of every package."""
    return [path for folder in PACKAGES.values() for path in sorted(folder.rglob("*.py"))]


def files_of_tests() -> list[Path]:
    """Every Python file of the tests."""
    return sorted((ROOT / "tests").rglob("*.py"))


def module_name(path: Path) -> str:
    """The dotted name that imports a module of a package: ``sealane_router.attempt.breaker``."""
    root = next(root for root in ROOTS if path.is_relative_to(root))
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def shown(path: Path) -> str:
    """A path as a person would type it in the repository root."""
    return path.relative_to(ROOT).as_posix()


def markdown() -> list[Path]:
    """The README, its neighbours and every page of ``docs/``."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
