"""What a client got, byte for byte, and how it reads."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: The last event of a stream that is whole, by API.
_LAST = {"chat/completions": "[DONE]", "messages": "message_stop", "responses": "response.completed"}


@dataclass(frozen=True, slots=True)
class Received:
    """An answer. ``body`` is as it came over the wire; ``whole`` is False when its framing was cut."""

    api: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    seconds: float

    @property
    def streamed(self) -> bool:
        """Whether it is an event stream."""
        return self.headers.get("content-type", "").startswith("text/event-stream")

    def header(self, name: str) -> str:
        """A header's value, empty when it is absent."""
        return self.headers.get(name, "")

    def text(self) -> str:
        """All content in one piece, reasoning first; raises ValueError when it is not what its type says."""
        if self.streamed:
            return "".join(_piece(document) for document in self.documents())
        return _whole_text(json.loads(self._plain()))

    def documents(self) -> list[dict[str, Any]]:
        """The events that are JSON, parsed; raises ValueError when one is broken."""
        return [json.loads(data) for data in self._data() if data != "[DONE]"]

    def finished(self) -> bool:
        """Whether a stream's very last event is the one that ends a whole stream."""
        data = list(self._data())
        if not data:
            return False
        return data[-1] == "[DONE]" or json.loads(data[-1]).get("type", "") == _LAST[self.api]

    def error(self) -> Mapping[str, Any]:
        """The error object of the answer or of the stream's last event; empty when there is none."""
        try:
            document = self.documents()[-1] if self.streamed else json.loads(self._plain())
        except (ValueError, IndexError):
            return {}
        found = document.get("error") if isinstance(document, dict) else None
        return found if isinstance(found, dict) else {}

    def ids(self) -> set[str]:
        """The generations that a chat stream consists of."""
        return {document["id"] for document in self.documents() if document.get("id")}

    def _plain(self) -> bytes:
        return gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body

    def _data(self) -> Iterator[str]:
        for block in self._plain().decode().split("\n\n"):
            for line in block.split("\n"):
                if line.startswith("data: "):
                    yield line.removeprefix("data: ")


def _piece(document: Mapping[str, Any]) -> str:
    """What one event says: a chat chunk's delta, an Anthropic delta, or a responses delta."""
    delta = document["choices"][0]["delta"] if document.get("choices") else document.get("delta")
    if isinstance(delta, str):
        return delta
    if not isinstance(delta, dict):
        return ""
    return "".join(str(delta.get(key) or "") for key in ("reasoning_content", "content", "text"))


def _whole_text(document: Mapping[str, Any]) -> str:
    if "choices" in document:
        message = document["choices"][0]["message"]
        return str(message.get("reasoning_content") or "") + str(message["content"])
    return "".join(str(part.get("text") or "") for part in document["content"])
