"""One call of a chat completion at any OpenAI-compatible address: bounded in time and size, never tried twice."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import aiohttp
import msgspec

from sealane_investigator.errors import InvestigatorError

#: Bytes of an answer, and tokens that a model may write.
MAX_ANSWER = 256 << 10
MAX_TOKENS = 1_024

#: What the stub provider is known by: the name of its server, and the words of each of its answers.
_STUB_SERVER = "stub"
_STUB_WORDS = re.compile(r"\A\s*[a-z]{1,20} stub answers as ")

#: What an API answers to a request that it does not understand.
_REFUSALS = frozenset({400, 422})

#: Models that think unless they are told not to.
_THINKING = ("kimi-", "glm-")


class ModelFailed(InvestigatorError):
    """A call without an answer; ``kind`` is one word of a closed set for metrics."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the model gave no answer: {kind}")
        self.kind = kind


class StubAnswered(ModelFailed):
    """The address is the stub provider's, which knows nothing: whatever it says is discarded."""

    def __init__(self) -> None:
        super().__init__("stub")


class ModelEndpoint:
    """A model at ``url`` (``https://api.moonshot.ai/v1``, or a router's ``/v1``); an async context manager."""

    def __init__(self, url: str, model: str, key: Callable[[], str | None]) -> None:
        """``key`` is asked before each call, so that a rotated one is used; None sends none."""
        self._url = url.rstrip("/") + "/chat/completions"
        self._model = model
        self._key = key
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None, seconds: float
    ) -> str:
        """Return the text of one answer within so many seconds. Raises ModelFailed.

        Without a ``schema`` any JSON object is asked for: not every API knows schemas, and refuses the request then.
        """
        if self._session is None:
            raise RuntimeError("a model is asked inside its async with block")
        body = msgspec.json.encode(self._body(messages, schema))
        try:
            async with (
                asyncio.timeout(seconds),
                self._session.post(self._url, data=body, headers=self._headers(), allow_redirects=False) as answer,
            ):
                data = await _whole(answer)
                status, server = answer.status, answer.headers.get("Server", "")
        except TimeoutError:
            raise ModelFailed("timeout") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise ModelFailed("connect") from None
        if server == _STUB_SERVER:
            raise StubAnswered
        if status in _REFUSALS:
            raise ModelFailed("refused")
        if status != 200:
            raise ModelFailed("status")
        return _text(data)

    def _body(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any] | None) -> dict[str, Any]:
        form: dict[str, Any] = {"type": "json_object"}
        if schema is not None:
            named = {"name": "diagnosis", "strict": True, "schema": dict(schema)}
            form = {"type": "json_schema", "json_schema": named}
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [dict(message) for message in messages],
            "max_tokens": MAX_TOKENS,
            "stream": False,
            "response_format": form,
        }
        if self._model.startswith(_THINKING):
            body["thinking"] = {"type": "disabled"}
        return body

    def _headers(self) -> dict[str, str]:
        key = self._key()
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        return {**headers, "Authorization": f"Bearer {key}"} if key else headers


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for piece in answer.content.iter_any():
        data += piece
        if len(data) > MAX_ANSWER:
            answer.close()
            raise ModelFailed("oversized")
    return bytes(data)


def _text(data: bytes) -> str:
    """The text of the first choice."""
    try:
        found: Any = msgspec.json.decode(data)
        text = found["choices"][0]["message"]["content"]
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError):
        raise ModelFailed("garbage") from None
    if not isinstance(text, str):
        raise ModelFailed("garbage")
    if _STUB_WORDS.match(text):
        raise StubAnswered
    return text
