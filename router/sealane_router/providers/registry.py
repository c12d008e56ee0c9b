"""The dialects that exist, and the prefixes by which other gateways call their models."""

from types import MappingProxyType

from sealane_api.route_table import DialectName

from .dialect import Dialect
from .moonshot import Moonshot
from .openai import OpenAI
from .zai import Zai

_DIALECTS = MappingProxyType({dialect.name: dialect for dialect in (Moonshot(), Zai(), OpenAI())})

#: ``moonshot/kimi-k3`` may be asked for where ``kimi-k3`` is served by a provider of that dialect. Lower
#: case.
ALIASES = MappingProxyType(
    {
        "moonshot/": DialectName.MOONSHOT,
        "moonshotai/": DialectName.MOONSHOT,
        "zai/": DialectName.ZAI,
        "z-ai/": DialectName.ZAI,
        "zai-org/": DialectName.ZAI,
    }
)


def dialect_of(name: DialectName) -> Dialect:
    """The dialect of that name."""
    return _DIALECTS[name]
