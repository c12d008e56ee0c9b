"""Files of ``k8s/`` that the chart carries: a chart cannot reach outside of its own folder."""

from pathlib import Path

#: Folders of ``k8s`` whose files are in ``charts/sealane/files`` as they are.
FOLDERS = ("alerts", "crds", "policies", "rbac")

CHART = Path("charts") / "sealane"


def copies(root: Path) -> dict[Path, str]:
    """Return the text of each copy by its path."""
    found = {}
    for folder in FOLDERS:
        source = root / "k8s" / folder
        for path in sorted(source.rglob("*.yaml")):
            found[root / CHART / "files" / folder / path.relative_to(source)] = path.read_text(encoding="utf-8")
    return found


def write(wanted: dict[Path, str], *kept_whole: Path) -> list[Path]:
    """Write what differs, and remove every other YAML file below ``kept_whole``; return the paths that changed.

    Raises :class:`OSError` where that cannot be done.
    """
    changed = [path for folder in kept_whole for path in sorted(folder.rglob("*.yaml")) if path not in wanted]
    for path in changed:
        path.unlink()
    for path, text in wanted.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
