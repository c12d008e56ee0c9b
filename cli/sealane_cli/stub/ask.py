"""One understood request, and the words of every answer to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealane_cli.stub.personality import Personality

#: What a model thinks before it answers, event by event.
REASONING = ("Who is asked", " and for which model?")


@dataclass(frozen=True, slots=True)
class Ask:
    """What an endpoint needs to answer.

    ``model`` is without faults. ``token`` is a hexadecimal word unique to this request, ``created`` Unix
    seconds, ``chunks`` the number of content events a stream is cut into, ``prompt_tokens`` the usage to
    report.
    """

    personality: Personality
    model: str
    body: Mapping[str, object]
    token: str
    created: int
    chunks: int
    prompt_tokens: int

    @property
    def streams(self) -> bool:
        """Whether the client asked for a stream."""
        return self.body.get("stream") is True

    @property
    def thinks(self) -> bool:
        """Whether the answer begins with reasoning: the model can, and ``thinking`` does not forbid it."""
        thinking = self.body.get("thinking")
        disabled = isinstance(thinking, dict) and thinking.get("type") == "disabled"
        return not disabled and self.personality.reasons(self.model)

    @property
    def reasoning_tokens(self) -> int:
        """Tokens of reasoning to report."""
        return len(REASONING) if self.thinks else 0

    @property
    def completion_tokens(self) -> int:
        """Tokens of the answer to report: one for each event of text or reasoning."""
        return self.chunks + self.reasoning_tokens

    def pieces(self) -> Iterator[str]:
        """The answer's text in ``chunks`` pieces; together they say who answers, as which model."""
        words = f"{self.personality.name} stub answers as {self.model}".split(" ")
        spaced = [words[0], *(f" {word}" for word in words[1:])]
        if self.chunks < len(spaced):
            yield from spaced[: self.chunks - 1]
            yield "".join(spaced[self.chunks - 1 :])
            return
        yield from spaced
        for _ in range(self.chunks - len(spaced)):
            yield " …"

    def text(self) -> str:
        """The whole answer."""
        return "".join(self.pieces())
