"""Which inspector watches the event streams of which API."""

from types import MappingProxyType

from .api import Api
from .dialect import Dialect
from .streams.base import StreamInspector
from .streams.chat import ChatInspector
from .streams.messages import MessagesInspector
from .streams.plain import PlainInspector
from .streams.responses import ResponsesInspector

__all__ = ["StreamInspector", "inspector_for"]

_INSPECTORS: MappingProxyType[Api, type[StreamInspector]] = MappingProxyType(
    {
        Api.CHAT_COMPLETIONS: ChatInspector,
        Api.MESSAGES: MessagesInspector,
        Api.RESPONSES: ResponsesInspector,
    }
)


def inspector_for(api: Api, dialect: Dialect, *, wall: float) -> StreamInspector:
    """A new inspector for one event stream of ``api``.

    ``wall`` is the time of the answer's head in seconds since 1970; it turns a reset time that an error in
    the stream states into a wait.
    """
    return _INSPECTORS.get(api, PlainInspector)(dialect, wall=wall)
