"""The Lease of who follows the Warning events, and the bookmark that it carries."""

import json
from dataclasses import dataclass
from typing import Any

from sealane_kube.api import Api
from sealane_kube.errors import KubeError
from sealane_kube.lease import Lease
from sealane_telemetry.logs import get_logger

#: Where the bookmark is.
BOOKMARK_ANNOTATION = "sealane.dev/bookmark"

_log = get_logger("sealane.investigator.lease")


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where one namespace was handed over: a resource version, and when that was, in seconds since 1970."""

    version: str
    at: float


def events_lease(api: Api, *, namespace: str, name: str, identity: str) -> Lease:
    """Return the Lease of who follows the Warning events; ``identity`` is of this process alone."""

    def unreached(error: KubeError) -> None:
        _log.warning("lease_not_reached", name=name, error=type(error).__name__, status=error.status)

    return Lease(
        api,
        namespace=namespace,
        name=name,
        identity=identity,
        unreached=unreached,
        bookmarked_in=BOOKMARK_ANNOTATION,
    )


def written_bookmark(marks: dict[str, Mark]) -> str:
    """Return marks as an annotation holds them: version and time by namespace."""
    return json.dumps({name: [mark.version, round(mark.at)] for name, mark in sorted(marks.items())})


def read_bookmark(text: str) -> dict[str, Mark]:
    """Read what :func:`written_bookmark` wrote; whatever else stands there is no mark."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return {}
    marks = {}
    for name, mark in found.items() if isinstance(found, dict) else ():
        if isinstance(mark, list) and len(mark) == 2 and isinstance(mark[0], str) and isinstance(mark[1], int | float):
            marks[name] = Mark(mark[0], float(mark[1]))
    return marks
