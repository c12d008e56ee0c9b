"""The request body: the model it asks for, and the few edits a target makes to it.

The model decides which provider gets the text and the key, so it is *parsed*, never searched for: a nested
``"model"``, an escaped key or a second ``model`` must not make the gateway and the provider read different
names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from sealane_router.errors import MalformedRequest

from .json_members import Member, members
from .json_text import utf8_error, without_lone_surrogates

LONGEST_MODEL = 256

_TRUE = msgspec.Raw(b"true")
_BOM = b"\xef\xbb\xbf"
_encode = msgspec.json.encode

#: C0, DEL and C1: what no model name has, and what would break a log line or a header.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")

#: The value of a ``model`` with only scalars before it, which is where clients put it. The match starts at
#: the brace and steps over whole members, so it cannot be inside another value; read_head has seen that there
#: is no second one.
_MODEL_NEAR_THE_START = re.compile(
    rb"""
    \s*+ \{
    (?: \s*+ "(?:[^"\\]++|\\.)*+" \s*+ : \s*+ (?: "(?:[^"\\]++|\\.)*+" | [^][{}",\s]++ ) \s*+ , ){0,32}?
    \s*+ "model" \s*+ : \s*+ ("(?:[^"\\]++|\\.)*+")
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What the gateway needs to know of a body: ``stream`` is True for a literal ``true`` only."""

    model: str
    stream: bool


class _Model(str):
    """Marks the field whose every occurrence is wanted: a custom type is what msgspec calls the hook for."""

    __slots__ = ()


class _Head(msgspec.Struct, gc=False):
    # Raw, because a provider may be sent any type here and its own 400 is the truth.
    model: _Model = _Model()
    stream: msgspec.Raw = msgspec.Raw(b"false")


#: Every ``model`` of the body being read, in order. A decoder that is made once is ten times cheaper than one
#: per request, and its hook needs a place; a read never awaits, so there is one body at a time.
_models: list[object] = []
_MARK = _Model()


def _record_model(_kind: type, value: object) -> _Model:
    _models.append(value)
    return _MARK


_decode_head = msgspec.json.Decoder(_Head, dec_hook=_record_model).decode


def read_head(body: bytes) -> RequestHead:
    """The model and the stream flag of a JSON request body.

    Raises :class:`MalformedRequest` for a body that is not one JSON object in UTF-8, and (``param="model"``)
    for a model that is missing, given twice, not a string, empty, longer than 256 characters or with a
    control character.
    """
    try:
        try:
            head = _decode_head(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            head = _second_reading(body, error)
        # The decoder skips what it is not asked for without checking its UTF-8.
        if not body.isascii():
            _check_utf8(body)
        return RequestHead(_checked_model(), head.stream == _TRUE)
    finally:
        _models.clear()


def _second_reading(body: bytes, error: Exception) -> _Head:
    """The head of a body with lone surrogate escapes, which providers accept; every other refusal stands."""
    if isinstance(error, msgspec.DecodeError) and not isinstance(error, msgspec.ValidationError):
        mended = without_lone_surrogates(body)
        if mended != body:
            _models.clear()
            try:
                head = _decode_head(mended)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as second:
                raise _refusal(body, second) from None
            _refuse_mended_model()
            return head
    raise _refusal(body, error) from None


def _refuse_mended_model() -> None:
    if any(isinstance(model, str) and "\ufffd" in model for model in _models):
        raise MalformedRequest("The model must be valid Unicode text.", param="model")


def _refusal(body: bytes, error: Exception) -> MalformedRequest:
    if not body:
        return MalformedRequest("The request body is empty; it must be a JSON object with a model.")
    if body.startswith(_BOM):
        return MalformedRequest("The request body begins with a byte order mark; JSON has none.")
    if isinstance(error, RecursionError):
        return MalformedRequest("The request body is nested too deeply.")
    _check_utf8(body)
    if isinstance(error, msgspec.ValidationError) and not _models:
        return MalformedRequest("The request body must be a JSON object.")
    # msgspec's words name a byte, never the text.
    return MalformedRequest(f"The request body is not valid JSON: {_lower_first(str(error))}.")


def _lower_first(text: str) -> str:
    text = text.removeprefix("JSON is malformed: ")
    return text[:1].lower() + text[1:]


def _check_utf8(body: bytes) -> None:
    offset = utf8_error(body)
    if offset is not None:
        raise MalformedRequest(f"The request body is not valid UTF-8 at byte {offset}.")


def _checked_model() -> str:
    if not _models:
        raise MalformedRequest("The request body must name a model.", param="model")
    if len(_models) > 1:
        raise MalformedRequest("The request body names more than one model.", param="model")
    model = _models[0]
    if not isinstance(model, str):
        raise MalformedRequest("The model must be a string.", param="model")
    problem = model_problem(model)
    if problem is not None:
        raise MalformedRequest(problem, param="model")
    return model


def model_problem(model: str) -> str | None:
    """Why no request may name this model, whoever serves it; None when one may."""
    if not model:
        return "The model must not be empty."
    if len(model) > LONGEST_MODEL:
        return f"The model must have at most {LONGEST_MODEL} characters."
    if not model.isprintable():
        if _CONTROL.search(model):
            return "The model must not contain control characters."
        if _SURROGATE.search(model):
            return "The model must be valid Unicode text."
    return None


def edit_body(
    body: bytes,
    head: RequestHead,
    *,
    model: str | None,
    set: Mapping[str, object],  # noqa: A002 - the word of the resource
    remove: Sequence[str],
    rename: Mapping[str, str],
) -> bytes:
    """``body`` with another model and other top-level members; every other byte stays as it came.

    ``body`` has passed :func:`read_head`, which gave ``head``. ``model`` None keeps the client's. A name that
    is set is neither removed nor renamed; one that is removed is not renamed. ``set`` replaces the first
    member of that name and drops its duplicates, or appends. ``rename`` gives a member its new name, unless
    that name is already taken (by a member, ``set`` or ``remove``): then the old member is dropped. ``model``
    itself is changed by ``model`` alone. Raises :class:`MalformedRequest` when the body has more than 1,024
    top-level members.
    """
    if model == head.model:
        model = None
    if not set and not remove and not rename:
        return body if model is None else _with_model(body, model)
    found = members(body)
    pieces = dict(_kept(body, found, set, remove, rename))
    if model is not None:
        place = next(index for index, member in enumerate(found) if member.key == "model")
        pieces[place] = body[found[place].key_start : found[place].value_start] + _encode(model)
    present = {member.key for member in found}
    added = [_encode(name) + b":" + _encode(value) for name, value in set.items() if name not in present]
    return _joined(body, found, pieces, added)


def _with_model(body: bytes, model: str) -> bytes:
    """The body with the value of ``model`` replaced, and nothing else."""
    match = _MODEL_NEAR_THE_START.match(body)
    if match is None:
        value = next(member for member in members(body) if member.key == "model")
        start, end = value.value_start, value.value_end
    else:
        start, end = match.span(1)
    return b"".join((body[:start], _encode(model), body[end:]))


def _kept(
    body: bytes,
    found: list[Member],
    set_: Mapping[str, object],
    remove: Sequence[str],
    rename: Mapping[str, str],
) -> Iterator[tuple[int, bytes]]:
    """Each member that stays, by its index, as its new text."""
    taken = {member.key for member in found}.union(set_, remove)
    last = {member.key: index for index, member in enumerate(found)}
    already_set: set[str] = set()
    for index, member in enumerate(found):
        name = member.key
        if name == "model":
            yield index, body[member.key_start : member.value_end]
        elif name in set_:
            if name not in already_set:
                already_set.add(name)
                yield index, body[member.key_start : member.value_start] + _encode(set_[name])
        elif name in remove:
            continue
        elif name not in rename:
            yield index, body[member.key_start : member.value_end]
        # Of duplicates the last counts for most parsers, so that is the one which gets the new name.
        elif rename[name] not in taken and last[name] == index:
            taken.add(rename[name])
            yield index, _encode(rename[name]) + body[member.key_end : member.value_end]


def _joined(body: bytes, found: list[Member], pieces: Mapping[int, bytes], added: list[bytes]) -> bytes:
    """The kept members (always ``model``), each behind the separator it came with, then the added ones."""
    out = [body[: found[0].key_start]]
    for index, piece in pieces.items():
        if len(out) > 1:
            out.append(body[found[index - 1].value_end : found[index].key_start])
        out.append(piece)
    for text in added:
        out += (b",", text)
    out.append(body[found[-1].value_end :])
    return b"".join(out)
