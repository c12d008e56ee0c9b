"""``docs/api.md`` and the code say the same: paths, error codes with their statuses, and headers."""

import re
from collections import defaultdict
from collections.abc import Iterator

from sealane_api.failure import FailureClass
from sealane_router import error_answer
from sealane_router.error_answer import answer_of, render_event
from sealane_router.errors import Failure, GatewayError, ProviderFailed
from sealane_router.providers.api import Api, Flavour
from sealane_router.server.traffic import MODELS_PATH
from tests.architecture.house import PACKAGES, ROOT, sources

_PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")

#: More statuses than this are the provider's own, which pass as they are.
_FEW = 5


def _table(first_column: str) -> list[tuple[str, ...]]:
    """The rows of the page's table whose first column has this heading."""
    match = re.search(rf"^\| {first_column} \|.*\n\|[ -|]+\n((?:\|.*\n)+)", _PAGE, re.MULTILINE)
    assert match is not None, f"docs/api.md has no table that begins with {first_column!r}"
    return [tuple(cell.strip(" `") for cell in row.strip("|").split("|")) for row in match[1].splitlines()]


def _gateway_errors(kind: type[GatewayError] = GatewayError) -> Iterator[type[GatewayError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _gateway_errors(child)


def _produced() -> dict[str, set[int]]:
    """Every code that an answer can have, with the statuses it can have it with."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for kind in _gateway_errors():
        if kind is not ProviderFailed:
            found[kind.code].add(kind.status)
    for failure_class in FailureClass:
        for status in range(400, 600):
            for code in (None, *error_answer._KNOWN_CODES):
                failed = ProviderFailed(Failure(failure_class, status, code=code), provider="p", model="m")
                answer = answer_of(failed)
                found[answer.code].add(answer.status)
    return found


def _cell(code: str, statuses: set[int]) -> str:
    """The statuses of a code as the page writes them."""
    if len(statuses) <= _FEW:
        return ", ".join(str(status) for status in sorted(statuses))
    own = {kind.status for kind in _gateway_errors() if kind.code == code}
    return ", ".join([*(str(status) for status in sorted(own)), "4xx"])


def test_every_code_is_documented_with_its_status() -> None:
    """The table has each code that a client can get, and no other."""
    event = render_event(Failure(FailureClass.BROKEN_STREAM), "p", anthropic=False, request_id="r")
    expected = {code: _cell(code, statuses) for code, statuses in _produced().items()}
    assert b'"code":"broken_stream"' in event
    expected["broken_stream"] = "event"

    assert {row[0]: row[1] for row in _table("code")} == expected


def test_every_code_says_when_and_what_to_do() -> None:
    """No row is left half filled, and none is there twice."""
    rows = _table("code")

    assert len({row[0] for row in rows}) == len(rows)
    assert all(len(row) == 4 and all(cell.endswith(".") for cell in row[2:]) for row in rows)


def test_every_header_of_ours_is_documented() -> None:
    """Each ``x-`` header that an answer can get from the gateway is in the page, and no other."""
    written = r"x-sealane-[a-z]+(?:-[a-z]+)*|x-provider-[a-z-]+[a-z]|x-should-retry|x-ratelimit-[a-z]+-"
    router = [path for path in sources() if path.is_relative_to(PACKAGES["sealane_router"])]
    found = [name for path in router for name in re.findall(written, path.read_text(encoding="utf-8"))]
    in_code = {name.rstrip("-") for name in found}
    in_page = {re.sub(r"(x-ratelimit-[a-z]+)-(requests|tokens)", r"\1", row[0]) for row in _table("header")}

    assert in_page - {"x-request-id", "retry-after"} == in_code
    assert set(re.findall(r"x-sealane-[a-z-]+[a-z]", _PAGE)) <= in_code


def test_every_path_is_documented() -> None:
    """Method, path and the shape of its errors."""
    shapes = {Flavour.OPENAI: "OpenAI's", Flavour.ANTHROPIC: "Anthropic's"}
    served = [("POST", api.path.decode(), shapes[api.flavour]) for api in Api]

    assert _table("method") == [*served, ("GET", MODELS_PATH.decode(), "OpenAI's")]
