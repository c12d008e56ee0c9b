"""The JSON of one event, when the typed reading of it did not succeed.

A provider may send any type in any member and the client may understand it; only what is not JSON at all is
broken. So a type surprise and a lone surrogate escape are read generically, and what cannot be understood
then is opaque.
"""

import msgspec

from sealane_router.providers.json_text import without_lone_surrogates

#: What a typed decoder raises for JSON of another shape as well as for what is no JSON.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

#: ``float`` accepts 1e999, which is JSON, and which the decoder's own reading refuses.
_decode = msgspec.json.Decoder(float_hook=float).decode


class NotJsonError(Exception):
    """The data of an event is not JSON: cut, glued to another, or garbage."""


def read_document(data: bytes) -> dict[str, object]:
    """The event as plain objects, empty when it is JSON but no object. Raises :class:`NotJsonError`."""
    try:
        document = _decode(data)
    except UNREADABLE:
        document = _read_mended(data)
    return document if isinstance(document, dict) else {}


def _read_mended(data: bytes) -> object:
    try:
        return _decode(without_lone_surrogates(data))
    except UNREADABLE as error:
        raise NotJsonError from error
