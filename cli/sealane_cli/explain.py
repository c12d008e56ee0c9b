"""``sealane explain``: the hot path's own decision about a model, without a server and without a credential."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sealane_api.problems import InvalidRoutes
from sealane_router.routing.explanation import explain
from sealane_router.routing.files import load_routes
from sealane_router.routing.matcher import Matcher


def run_explain(files: Sequence[Path], model: str, models: Path | None, *, as_json: bool) -> int:
    """Explain ``model``, or each line of ``models`` as one JSON line; returns the exit code (1: no route serves it)."""
    if bool(model) == (models is not None):
        print("sealane explain: give one of --model NAME and --models FILE", file=sys.stderr)
        return 2
    try:
        matcher = Matcher(load_routes(list(files), laptop=True).table)
        names = [model] if models is None else list(_names(models))
    except (InvalidRoutes, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    worst = 0
    for name in names:
        explained = explain(matcher, name)
        worst = max(worst, int(explained["error"] is not None))
        if models is not None:
            print(json.dumps(explained))
        elif as_json:
            print(json.dumps(explained, indent=2))
        else:
            print(_text(explained))
    return worst


def _names(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield line.strip()


def _text(explained: Mapping[str, Any]) -> str:
    if explained["error"] is not None:
        head = f"{explained['model']}: {explained['error']['code']}: {explained['error']['message']}"
    else:
        head = f"{explained['model']}: route {explained['route']}, rule {explained['rule']}"
    lines = [head]
    for target in explained["targets"]:
        kind = "fallback" if target["fallback"] else f"weight {target['weight']}"
        lines.append(f"  -> {target['provider']} as {target['model']} ({kind}, breaker {target['breaker']})")
        lines.append(f"     {target['baseURL']}")
    lines.append("considered:")
    lines += [f"  {rule['route']} {rule['rule']}: {rule['reason']}" for rule in explained["considered"]]
    return "\n".join(lines)
