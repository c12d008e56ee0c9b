"""Who follows the Warning events, and from where the next one goes on."""

from typing import Any

import pytest

from sealane_investigator.kube.lease import BOOKMARK_ANNOTATION, Mark, events_lease, read_bookmark, written_bookmark
from sealane_kube.errors import Forbidden, NotFound


def test_a_bookmark_is_read_as_it_was_written() -> None:
    """And whatever else stands there is none."""
    marks = {"": Mark("17", 5.0), "team": Mark("9", 6.0)}

    assert read_bookmark(written_bookmark(marks)) == marks
    for text in ("", "{", "[]", '{"": 5}', '{"": ["1"]}', '{"": [1, 2]}'):
        assert read_bookmark(text) == {}


async def test_whoever_may_not_read_the_lease_says_so_once(capsys: pytest.CaptureFixture[str]) -> None:
    """In silence nobody would find out; the bookmark goes into the Lease's annotation."""
    refused, written = [Forbidden("no", 403), Forbidden("no", 403)], []

    class Api:
        async def call(self, method: str, path: str, body: Any = None, **_: Any) -> dict[str, Any]:
            if refused:
                raise refused.pop()
            if method == "GET":
                raise NotFound("no lease", 404)
            written.append(body)
            return dict(body)

    lease = events_lease(Api(), namespace="home", name="events", identity="one")
    tried = [await lease._try(), await lease._try(), await lease._try()]

    assert (tried, capsys.readouterr().out.count("lease_not_reached")) == ([False, False, True], 1)
    assert written[0]["metadata"]["annotations"] == {BOOKMARK_ANNOTATION: ""}
