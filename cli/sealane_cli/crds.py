"""``make crds``: write the CRDs and the tables of ``docs/crd.md`` from the classes that judge a route."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from sealane_api.crd.definitions import provider_route_definition, provider_route_revision_definition

from .crd_page import with_fields

_HEADER = "# Written by `make crds` from the classes in api/sealane_api: change those.\n"


class _Plain(yaml.SafeDumper):
    """YAML without anchors, which nobody expects in a manifest, and with lists indented like the mappings."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def manifests() -> dict[str, str]:
    """Return the text of each CRD by the name of its file."""
    found = {}
    for definition in (provider_route_definition(), provider_route_revision_definition()):
        metadata = definition["metadata"]
        if not isinstance(metadata, Mapping):
            raise TypeError("found a definition without metadata")
        text = yaml.dump(definition, Dumper=_Plain, sort_keys=False, width=110, allow_unicode=True)
        found[f"{metadata['name']}.yaml"] = _HEADER + text
    return found


def write(root: Path) -> list[Path]:
    """Write the manifests and the page's tables below ``root``; return the files that are different now.

    Files of definitions that are no more are removed. Raises :class:`OSError` where that cannot be done.
    """
    folder, page = root / "k8s" / "crds", root / "docs" / "crd.md"
    wanted = {folder / name: text for name, text in manifests().items()}
    wanted[page] = with_fields(page.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    changed = [path for path in folder.glob("*.yaml") if path not in wanted]
    for path in changed:
        path.unlink()
    for path, text in wanted.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    for path in write(Path.cwd()):
        print(path.relative_to(Path.cwd()))
