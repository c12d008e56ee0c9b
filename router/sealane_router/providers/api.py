"""The APIs that are proxied: every ``POST`` path, and no other."""

from enum import Enum
from types import MappingProxyType


class Flavour(Enum):
    """Whose shape the errors of an API have."""

    OPENAI = "OpenAI"
    ANTHROPIC = "Anthropic"


class Api(Enum):
    """One proxied API.

    ``path`` is the path a client asks for; ``suffix`` is what follows the provider's base URL, which never
    gets a ``/v1`` of ours (Z.ai's base ends in ``/v4``).
    """

    CHAT_COMPLETIONS = "/v1/chat/completions"
    COMPLETIONS = "/v1/completions"
    EMBEDDINGS = "/v1/embeddings"
    RESPONSES = "/v1/responses"
    MESSAGES = "/v1/messages"
    RERANK = "/v1/rerank"
    MODERATIONS = "/v1/moderations"
    IMAGES = "/v1/images/generations"
    SPEECH = "/v1/audio/speech"

    def __init__(self, path: str) -> None:
        self.path = path.encode()
        self.suffix = path.removeprefix("/v1")
        self.flavour = Flavour.ANTHROPIC if path == "/v1/messages" else Flavour.OPENAI


API_BY_PATH = MappingProxyType({api.path: api for api in Api})
