"""Serves the page's files, each with the headers that keep a browser from anything else."""

from pathlib import Path

from aiohttp import web

from sealane_investigator.server.endpoints import Call, Endpoint, Handler

_FILES = Path(__file__).with_name("files")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

_SERVED = (
    ("page", "/", "index.html", "text/html"),
    ("page_script", "/page.js", "page.js", "text/javascript"),
    ("page_style", "/page.css", "page.css", "text/css"),
)


def page_endpoints() -> tuple[Endpoint, ...]:
    """Return the descriptions of the three files; they hold no incident, so they take no token."""
    return tuple(
        Endpoint(
            name=name,
            method="GET",
            path=path,
            summary=f"The page for people: {file}.",
            handler=_file((_FILES / file).read_bytes(), content_type),
            right=None,
            content_type=content_type,
        )
        for name, path, file, content_type in _SERVED
    )


def _file(content: bytes, content_type: str) -> Handler:
    async def serve(_: Call) -> web.StreamResponse:
        return web.Response(body=content, content_type=content_type, charset="utf-8", headers=HEADERS)

    return serve
