"""Any OpenAI-compatible provider: the common classes, and nothing to correct."""

from .dialect import Dialect


class OpenAI(Dialect):
    """OpenAI, Azure, vLLM, DeepSeek and whoever copied their errors."""
