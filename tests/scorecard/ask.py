"""What a client asks, and what it must get."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A client's request: an API, a model, and whether the answer shall be a stream."""

    api: str = "chat/completions"
    model: str = "kimi-k3"
    stream: bool = False


CHAT = Ask()
STREAM = Ask(stream=True)
MESSAGES = Ask(api="messages")
MESSAGES_STREAM = Ask(api="messages", stream=True)
RESPONSES_STREAM = Ask(api="responses", stream=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gets:
    """What the client must get.

    ``code`` is ``error.code``, of the answer or of a stream's last event; ``""`` is success, and then the answer's text
    must name ``provider``. ``provider`` and ``attempts`` are the headers ``x-sealane-*`` (``""``: absent).
    ``retry_after`` are the bounds of ``Retry-After`` in seconds, None: it must be absent. ``headers`` are further ones,
    None: absent. ``done`` is whether a stream that succeeds has its last event; one that breaks never has it.
    ``compressed``: the body is gzip. ``whole`` False: the body is cut, because there is no place in it to say why.
    """

    status: int = 200
    code: str = ""
    provider: str = "moonshot"
    attempts: int = 1
    retry_after: tuple[int, int] | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    done: bool = True
    compressed: bool = False
    whole: bool = True

    @property
    def counted(self) -> str:
        """The code that ``sealane_exchanges_total`` counts it under."""
        return self.code or ("ok" if self.whole else "broken_stream")

    @property
    def shown(self) -> str:
        """The same for people."""
        if not self.whole:
            return "a cut body"
        if not self.code:
            return "the answer"
        if self.status == 200:
            return f"what came, then `{self.code}` in the stream"
        wait = " and `Retry-After`" if self.retry_after else ""
        return f"{self.status} `{self.code}`{wait}"


#: The other provider's answer, after one attempt at the rule's own.
FROM_FALLBACK = Gets(provider="zai", attempts=2)
#: The other provider's answer when the rule's own is not even tried.
FROM_FALLBACK_AT_ONCE = Gets(provider="zai", attempts=1)
#: Nothing can be tried.
UNAVAILABLE = Gets(status=503, code="provider_unavailable", provider="", attempts=0, retry_after=(1, 60))
#: The stream broke after the commit.
BROKEN = Gets(code="broken_stream")


def failed(
    status: int,
    code: str,
    *,
    attempts: int = 1,
    retry_after: tuple[int, int] | None = None,
    said: str | None = None,
    provider: str = "moonshot",
    headers: Mapping[str, str | None] | None = None,
) -> Gets:
    """An error answer; ``said`` is the provider's own code, as ``x-provider-error-code`` tells it."""
    shown = {"x-provider-error-code": said, **(headers or {})}
    return Gets(status=status, code=code, provider=provider, attempts=attempts, retry_after=retry_after, headers=shown)
