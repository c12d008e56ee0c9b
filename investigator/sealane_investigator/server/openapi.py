"""The OpenAPI document, made from the endpoints that are served and the types that they read and write."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from aiohttp import web

from .api.answers import ErrorAnswer
from .endpoints import Call, Endpoint, Handler
from .refusals import CODES

_TEMPLATE = "#/components/schemas/{name}"
_TOKEN_CODES = ("missing_token", "invalid_token", "not_allowed")
_SECURITY: list[dict[str, list[str]]] = [{"token": []}]


def openapi_endpoint(endpoints: Sequence[Endpoint], version: str) -> Endpoint:
    """Return the endpoint that serves the document of ``endpoints`` and of itself."""
    described: list[Endpoint] = []
    encoded: list[bytes] = []

    async def serve(_: Call) -> web.StreamResponse:
        if not encoded:
            encoded.append(msgspec.json.encode(document(described, version)))
        return web.Response(body=encoded[0], content_type="application/json", charset="utf-8")

    handler: Handler = serve
    own = Endpoint(
        name="openapi",
        method="GET",
        path="/v1/openapi.json",
        summary="This document.",
        handler=handler,
        right=None,
    )
    described.extend((*endpoints, own))
    return own


def document(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """Return the document, OpenAPI 3.1."""
    endpoints = tuple(endpoints)
    types = [kind for each in endpoints for kind in (each.body, each.answer) if kind is not None]
    _, components = msgspec.json.schema_components([*types, ErrorAnswer], ref_template=_TEMPLATE)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sealane investigator", "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [*_path_parameters(endpoint.path), *_query_parameters(endpoint.query)],
        "responses": _responses(endpoint),
    }
    if endpoint.right is not None:
        operation["security"] = _SECURITY
        operation["description"] = f"Takes a token with the right `{endpoint.right}`."
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(endpoint.body)}
    return operation


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _query_parameters(query: type[msgspec.Struct] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    (reference,), components = msgspec.json.schema_components([query], ref_template=_TEMPLATE)
    schema = components[reference["$ref"].rpartition("/")[2]]
    return [
        {"name": name, "in": "query", "required": False, "schema": _inlined(each, components)}
        for name, each in schema["properties"].items()
    ]


def _inlined(schema: Any, components: dict[str, Any]) -> Any:
    """A parameter's schema with what it refers to in place: enumerations, in the main."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(components[schema["$ref"].rpartition("/")[2]], components)
        return {name: _inlined(value, components) for name, value in schema.items()}
    return [_inlined(each, components) for each in schema] if isinstance(schema, list) else schema


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    success: dict[str, Any] = {"description": endpoint.summary}
    if endpoint.answer is not None:
        success["content"] = _content(endpoint.answer)
    elif endpoint.status == 200:
        success["content"] = {endpoint.content_type: {}}
    codes = [*endpoint.codes, *(_TOKEN_CODES if endpoint.right is not None else ())]
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(CODES[code][0], []).append(f"`{code}`: {CODES[code][1]}")
    return {
        str(endpoint.status): success,
        **{
            str(status): {"description": " ".join(dict.fromkeys(said)), "content": _content(ErrorAnswer)}
            for status, said in sorted(by_status.items())
        },
    }


def _content(kind: Any) -> dict[str, Any]:
    ((reference), _) = msgspec.json.schema_components([kind], ref_template=_TEMPLATE)
    return {"application/json": {"schema": reference[0]}}
