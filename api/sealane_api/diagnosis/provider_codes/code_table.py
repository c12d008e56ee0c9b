"""One question to all tables: what does this code, or this type, of this family mean?"""

from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.provider_codes import bedrock, china, gateways, google, openai, zai

#: Codes that stand for one thing at one family only.
_OF_FAMILY: Mapping[str, Mapping[str, ErrorClass]] = MappingProxyType(
    {
        "zai": zai.CODES,
        "gemini": google.CODES,
        "bedrock": bedrock.CODES,
        "dashscope": china.DASHSCOPE,
        "minimax": china.MINIMAX,
        "siliconflow": china.SILICONFLOW,
        "volcengine": china.VOLCENGINE,
        "qianfan": china.QIANFAN,
        "hunyuan": china.HUNYUAN,
        "openrouter": gateways.OPENROUTER,
        "copilot": gateways.COPILOT,
        "litellm": gateways.LITELLM,
        "workers-ai": gateways.WORKERS_AI,
        "mistral": gateways.MISTRAL,
        "azure": openai.AZURE,
    }
)

#: Codes that are words, and mean the same whoever says them.
_OF_ALL: Mapping[str, ErrorClass] = MappingProxyType(
    {
        **gateways.WORDS,
        **google.WORDS,
        **china.WORDS,
        **bedrock.CODES,
        **openai.AZURE,
        **openai.CODES,
    }
)


def class_of_code(family: str | None, code: str | None) -> ErrorClass | None:
    """Return what a documented code means; None when it is unknown or says no more than the HTTP status.

    ``family`` is the API family or None. Numbers mean something at one family only, words at all of them.
    """
    if not code:
        return None
    key = code.strip().lower()
    return _OF_FAMILY.get(family or "", {}).get(key) or _OF_ALL.get(key)


def class_of_firm_code(family: str | None, code: str | None) -> ErrorClass | None:
    """Return what a code means that has one meaning only; None for every other code."""
    return zai.CODES[code] if family == "zai" and code in zai.FIRM else None


def class_of_type(kind: str | None) -> ErrorClass | None:
    """Return what an error's type means; None when it is unknown or says no more than the HTTP status."""
    if not kind:
        return None
    key = kind.strip().lower()
    return openai.TYPES.get(key) or _OF_ALL.get(key)


def class_of_firm_type(kind: str | None) -> ErrorClass | None:
    """Return what a type means that has one meaning only; None for every other type."""
    return openai.TYPES[kind] if kind in openai.FIRM_TYPES else None
