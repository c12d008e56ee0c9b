"""An error's own words out of whatever was wrapped around them."""

import re
from dataclasses import dataclass, field

from sealane_investigator.incident.peeled import Peeled
from sealane_investigator.peel import exceptions, families, pages, wrappers
from sealane_investigator.peel.cleaning import clean
from sealane_investigator.peel.line_breaks import joined
from sealane_investigator.peel.objects import Found, find_objects
from sealane_investigator.peel.shapes import Stated, read

#: Objects in strings of objects; what lies deeper is taken as it stands.
MAX_DEPTH = 8
#: Characters within which somebody who speaks for many says so.
MAX_LEAD = 300

_WRAPPER_STATUS = re.compile(
    r"(?:[Ee]rror [Cc]ode|HTTP(?:/\d\.\d)?|http|[Ss]tatus(?: ?[Cc]ode)?|statusCode|API Error|[Cc]ode|"
    r"[Rr]esponse code error|Error|error|failed|rejected)[\"']?[ :=,(]{0,4}'?([45]\d\d)(?!\d)"
)
_LIKELY_STATUS = re.compile(
    r"(?:^\W{0,3}([45]\d\d)(?=[\])]?:?(?:\s\S|$)|:)"
    r"|(?:[\])>·-] ?|: )([45]\d\d)(?=[\])]?:?(?:\s[A-Z{\"'\[<\u4e00-\u9fff]|$)|:))"
)
#: Who says so speaks for many: what each of them said is detail.
_AGGREGATE = re.compile(
    r"all (?:\w+ ){0,3}(?:variants|providers?|upstreams?|models?|endpoints?|channels?|candidates|fallbacks|deployments|"
    r"backends)(?:/\w{1,20})? (?:have |are )?(?:failed|exhausted|unavailable)|所有(?:渠道|上游|供应商|模型)",
    re.IGNORECASE,
)
_CUT_TAIL = re.compile(r"(?:\.\.\.|…)$")


@dataclass(slots=True)
class _Found:
    """What was found so far, the innermost last."""

    message: str = ""
    stated: Stated = field(default_factory=Stated)
    layers: list[str] = field(default_factory=list)
    cut: bool = False

    def add(self, names: list[str]) -> None:
        self.layers.extend(name for name in names if name not in self.layers)


def peel(text: str, *, http_status: int | None = None, provider: str | None = None) -> Peeled:
    """Return what ``text`` says without its wrappers; never fails, in time linear in its length.

    Of a text of more than 65,536 characters the first so many are read. Full-width punctuation and typographic
    quotes come out as ASCII. ``provider`` is a hint in lower case, perhaps unknown or ``generic``.
    """
    plain = clean(text)
    found = _Found()
    _unwrap(plain, found, 0)
    message = joined(found.message) or joined(plain)
    stated = found.stated
    line = joined(plain)
    return Peeled(
        text=line,
        message=message,
        code=stated.code,
        type=stated.type,
        param=stated.param,
        status=stated.status or _status_of(line, http_status),
        family=families.family_of(line, message, stated.code, provider),
        exceptions=exceptions.exception_names(line),
        layers=tuple(found.layers),
        cut=found.cut or bool(_CUT_TAIL.search(message)),
    )


def _unwrap(text: str, found: _Found, depth: int) -> None:
    """Put the innermost message of ``text`` into ``found``, and what the objects on the way there state."""
    raised = exceptions.last_raised(text)
    if raised is not None:
        found.add(["traceback"])
        text = raised
    if page := pages.page_text(text):
        found.add(["html"])
        text = page
    chosen = _chosen(text)
    if chosen is None or depth >= MAX_DEPTH:
        return _end(text, found)
    at, stated = chosen
    found.cut = found.cut or at.cut
    found.stated = stated.within(found.stated)
    found.add([*wrappers.strip(f"{text[: at.start]}{{")[1], "json"] if at.start else ["json"])
    if stated.message:
        return _unwrap(stated.message, found, depth + 1)
    before, layers = wrappers.strip(joined(text[: at.start]).rstrip(" :-{("))
    found.add(layers)
    found.message = before if len(before) > 12 else stated.type or before
    return None


def _chosen(text: str) -> tuple[Found, Stated] | None:
    """Return the object that says what went wrong; none when the words around the objects speak for many."""
    objects = find_objects(text)
    if not objects or _AGGREGATE.search(text, 0, max(objects[0].start, 1)):
        return None
    stated = [(one, read(one.value)) for one in objects[:50]]
    errors = [pair for pair in stated if not pair[1].empty or (pair[0].cut and pair[1].code)]
    return next((pair for pair in errors if pair[1].message), errors[0] if errors else None)


def _end(text: str, found: _Found) -> None:
    line = joined(text)
    if bracketed := wrappers.bracketed(line):
        code, line = bracketed
        found.stated = Stated(code=code).within(found.stated)
        found.add(["brackets"])
    for_many = _AGGREGATE.search(line, 0, MAX_LEAD)
    message, layers = wrappers.strip(line) if for_many is None else (line[for_many.start() :], [])
    found.add(layers)
    found.message = exceptions.cause(line) or message
    return


def _status_of(line: str, http_status: int | None) -> int | None:
    """What a wrapper calls a status, else what the caller saw, else a number where one usually stands."""
    if match := _WRAPPER_STATUS.search(line, 0, 4000):
        return int(match[1])
    if http_status is not None:
        return http_status
    match = _LIKELY_STATUS.search(line, 0, 4000)
    return int(match[1] or match[2]) if match else None
