"""Serves the page's files, each with the headers that keep a browser from anything else."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sealane_investigator.server.endpoints import Call, Endpoint
from sealane_investigator.server.refusals import refused

_FILES = Path(__file__).with_name("files")
_PAGE = "index.html"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # A browser asks again each time, and is told in a few bytes that nothing changed.
    "Cache-Control": "no-cache",
}

_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    content_type: str
    tag: str

    def answer(self, request: web.Request) -> web.Response:
        known = request.if_none_match
        headers = {**HEADERS, "ETag": f'"{self.tag}"'}
        if known is not None and any(each.value == self.tag for each in known):
            return web.Response(status=304, headers=headers)
        return web.Response(body=self.content, content_type=self.content_type, charset="utf-8", headers=headers)


def page_endpoints() -> tuple[Endpoint, ...]:
    """Return the descriptions of the page and of what it loads; they hold no incident, so they take no token."""
    files = {path.name: _read(path) for path in sorted(_FILES.rglob("*")) if path.suffix in _TYPES}

    async def page(call: Call) -> web.StreamResponse:
        return files[_PAGE].answer(call.request)

    async def part(call: Call) -> web.StreamResponse:
        found = files.get(call.request.match_info["file"])
        if found is None:
            raise refused("not_found", "the page has no such file", "file")
        return found.answer(call.request)

    return (
        Endpoint(
            name="page",
            method="GET",
            path="/",
            summary="The page for people.",
            handler=page,
            right=None,
            content_type="text/html",
        ),
        Endpoint(
            name="page_file",
            method="GET",
            path="/page/{file}",
            summary="A script, a style or the icon of the page.",
            handler=part,
            right=None,
            content_type="text/javascript",
            codes=("not_found",),
        ),
    )


def _read(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content, _TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:16])
