"""What the others need of a connection, and the words of the protocol; importing it costs nothing."""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Protocol

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

#: The headers that ask for the metadata of a list's items alone.
METADATA_ONLY = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}

#: Seconds of one call, connecting included.
CALL_TIMEOUT = 10.0

Json = dict[str, Any]
#: Told of each call: verb, path's last collection, status (0: no answer), seconds.
Measure = Callable[[str, str, int, float], None]


class Api(Protocol):
    """The API, asked for objects."""

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
        timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109 - each call has its own limit, and a default
    ) -> Json:
        """Make one attempt and return the answer's object. Raises a KubeError."""


class WatchedApi(Api, Protocol):
    """The API, asked for what changes as well."""

    def watch(
        self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str] | None = None, seconds: int
    ) -> AsyncGenerator[Json, None]:
        """Yield the events of a watch until the server ends it, after about so many seconds. Raises a KubeError."""
