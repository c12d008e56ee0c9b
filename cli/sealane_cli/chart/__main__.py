"""``python -m sealane_cli.chart HELM``: write everything that follows from the chart and from ``k8s/``."""

import sys
from pathlib import Path

from .copies import CHART, copies, write
from .dashboards.pages import dashboards
from .kustomize import RenderError, kustomizations
from .values_page import UndescribedError, pages


def main(root: Path, helm: Path) -> list[Path]:
    """Write it below ``root``; return the files that are different now.

    Raises:
        UndescribedError: a value without a comment, or one that the schema does not know.
        RenderError: what Helm said.
        OSError: a file that cannot be written.
    """
    changed = write(copies(root), root / CHART / "files")
    changed += write(pages(root))
    changed += write(dashboards(root))
    return changed + write(kustomizations(root, helm), root / "k8s" / "base", root / "k8s" / "overlays")


if __name__ == "__main__":
    try:
        for path in main(Path.cwd(), Path(sys.argv[1])):
            print(path.relative_to(Path.cwd()))
    except (UndescribedError, RenderError) as error:
        sys.exit(str(error))
