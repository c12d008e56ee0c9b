"""``sealane validate``: says of every route file whether it can be served, and if not, why and where."""

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from sealane_api.problems import InvalidRoutes
from sealane_router.routing.claims import MatcherError
from sealane_router.routing.files import LoadedRoutes, load_routes
from sealane_router.routing.matcher import Matcher


def validate(files: Sequence[Path], *, out: TextIO, laptop: bool = False) -> int:
    """Print one line for each problem, or for each valid file; return the exit status, 1 for any problem and else 0.

    The files are judged together, as they would be served together. The rules are a cluster's; ``laptop`` applies
    those of ``sealane up``, where ``allowInsecure: true`` also admits loopback hosts.
    """
    try:
        loaded = load_routes(files, laptop=laptop)
        Matcher(loaded.table)
    except (InvalidRoutes, MatcherError) as error:
        print(error, file=out)
        return 1
    for file in loaded.files:
        print(_summary(file, loaded), file=out)
    return 0


def _summary(file: Path, loaded: LoadedRoutes) -> str:
    routes = [document.route for document in loaded.documents if document.source == str(file)]
    providers = sum(len(route.providers) for route in routes)
    rules = sum(len(route.rules) for route in routes)
    counts = ", ".join((_count(len(routes), "route"), _count(providers, "provider"), _count(rules, "rule")))
    return f"{file}: {counts}: valid"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
