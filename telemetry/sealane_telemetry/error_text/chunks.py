"""Pieces of text that are no prose: numbers, ids, names of code, models, hosts. Which of them may be shown."""

import re
from enum import Enum
from functools import lru_cache

from sealane_telemetry.error_text.marks import MARK
from sealane_telemetry.error_text.vocabulary import is_word


class Chunk(Enum):
    """What a piece of text without blanks is."""

    WORD = "word"
    NUMBER = "number"
    NAME = "name"
    UNKNOWN = "unknown"


_NUMBER = re.compile(
    r"[$€¥~#]?\d[\d.,:/x%+-]{0,60}|[$€¥]?\d[\d.,]{0,30}(?:ms|[smhdkKMGTB]|[kKMGT]i?[bB]|st|nd|rd|th|tokens?|px|USD)|"
    r"x\d{1,9}|(?:\d{1,9}(?:ms|[smhd])){1,5}|\d{4}-\d\d-\d\dT[\d:.+-]{4,30}Z?|0x[0-9a-fA-F]{1,16}|v\d{1,4}(?:\.\d{1,4}){0,3}"
)
_PHONE = re.compile(
    r"\+\d[\d-]{7,18}|1[3-9]\d{9}|\d{3}-\d{4}|\(?\d{3}\)?[-.]\d{3}[-.]\d{4}|[2-9]\d{9}|0\d{9,11}|\d{3}-\d\d-\d{4}|(?:\d{4}-){3}\d{4}"
)
#: Digits of an account, a card or a person; what counts is shorter, and times begin otherwise.
_ACCOUNT = re.compile(r"(?!1[5-9]\d{8,17}$|20[2-9]\d{11,14}$)\d{11,40}[Xx]?")
_LONG_DIGITS = re.compile(r"\d{11,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_ID = re.compile(
    r"(?:org|ak|proj|req|request|call|toolu|msg|msgs|resp|chatcmpl|cmpl|asst|fc|rs|ws|tmsg|gen)[-_][A-Za-z0-9_-]{6,80}|"
    r"(?:user|run|thread|batch|file|ray|trace)[-_](?=[A-Za-z]*\d)[A-Za-z0-9]{8,80}|"
    r"20\d{12}[0-9a-f]{16,24}|(?=\d*[a-f])[0-9a-f]{16}"
)
_MODEL = re.compile(
    r"(?!.*//)[\w./@~:-]{0,60}(?:gpt|claude|kimi|moonshot|glm|gemini|gemma|llama|mistral|mixtral|ministral|codestral|devstral|qwen|"
    r"qwq|deepseek|grok|sonnet|haiku|opus|minimax|abab|ernie|doubao|seed|hunyuan|nemotron|command-r|titan|nova|dall-e|"
    r"whisper|tts|embedding|phi-\d|o[134]-|chatglm|baichuan|step-|spark|yi-)[\w./@~:-]{0,60}",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,8}(?:com|net|org|io|ai|cn|dev|cloud|app|co|us|eu|in|local|internal|svc|"
    r"cluster|google|azure|api)|localhost|(?:\d{1,3}\.){3}\d{1,3}"
)
_PART = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SEPARATED = re.compile(r"[^A-Za-z0-9]+")
_LABEL = re.compile(r"[A-Za-z0-9_$][A-Za-z0-9_$.:/\[\]-]{0,79}")
#: Nobody names a model or a code like that, nor a request like this.
_OPAQUE_RUN = re.compile(r"[A-Za-z0-9]{24}|\d{15}|(?=[A-Za-z0-9]{16})(?:[A-Za-z]{1,15}\d{1,15}){3}")
_LONG_RUN = re.compile(r"[A-Za-z0-9]{33}")
_MARKED = re.compile(MARK)
#: Letters of parts that are too short to say anything, and digits of numbers that may be somebody's.
_SHORT = 2
_LONG_NUMBER = 6
#: A name with a date in it has no more.
_MOST_DIGITS = 8
#: A code of more parts that are no words of errors is a sentence with its blanks replaced.
_LABEL_PARTS = 4
#: Names that are judged once; texts of one error say the same ones.
_REMEMBERED = 4_096
#: A name with so many strange parts is not put together of known words.
_TOO_STRANGE = 2
_NAME = re.compile(r"[!-~]{1,100}")


@lru_cache(maxsize=_REMEMBERED)
def chunk_of(text: str) -> Chunk:
    """Return what a piece of prose without blanks is; ``UNKNOWN`` is never shown."""
    if text.isascii() and text.isalpha() and (is_word(text.lower()) or len(text) == 1):
        return Chunk.WORD
    if is_somebodys(text):
        return Chunk.UNKNOWN
    if _NUMBER.fullmatch(text):
        return Chunk.UNKNOWN if any(map(is_somebodys, _LONG_DIGITS.findall(text))) else Chunk.NUMBER
    return Chunk.NAME if is_name(text) else Chunk.UNKNOWN


def is_somebodys(number: str) -> bool:
    """Return whether digits look like a phone, a card, an account or a person's number."""
    return bool(_PHONE.fullmatch(number) or _ACCOUNT.fullmatch(number))


@lru_cache(maxsize=_REMEMBERED)
def is_name(text: str) -> bool:
    """Return whether ``text`` is a name that errors use: a parameter, a class, an id, a model or a host."""
    if not _NAME.fullmatch(text):
        return False
    if _UUID.fullmatch(text) or (_ID.fullmatch(text) and not _LONG_RUN.search(text)) or is_host(text) or is_model(text):
        return True
    return is_known_name(text)


def is_host(text: str) -> bool:
    """Return whether ``text`` is a host's name, and none that a key was taken for."""
    return bool(_HOST.fullmatch(text)) and not _OPAQUE_RUN.search(text)


def is_model(text: str) -> bool:
    """Return whether ``text`` is named like a model."""
    return bool(_MODEL.fullmatch(text)) and not _OPAQUE_RUN.search(text)


def is_known_name(text: str) -> bool:
    """Return whether ``text`` is put together of the words of error templates and short numbers."""
    words = strange = digits = 0
    for piece in _SEPARATED.split(text):
        for part in [piece] if is_word(piece.lower()) else _PART.findall(piece):
            if part.isdigit():
                strange += len(part) > _LONG_NUMBER
                digits += len(part)
            elif is_word(part.lower()) and len(part) > _SHORT:
                words += 1
            else:
                strange += 1 if len(part) <= _SHORT else _TOO_STRANGE
    return words > 0 and strange < _TOO_STRANGE and digits <= _MOST_DIGITS


def is_opaque(text: str) -> bool:
    """Return whether something in ``text`` is put together as keys are."""
    return bool(_OPAQUE_RUN.search(text)) and not _MARKED.search(text)


def is_label(text: str) -> bool:
    """Return whether ``text`` has the form of a code, a type or a model's name, whoever made it up."""
    if not _LABEL.fullmatch(text) or _OPAQUE_RUN.search(text) or is_somebodys(text):
        return False
    return len(_SEPARATED.split(text)) <= _LABEL_PARTS or is_known_name(text) or is_model(text)


def is_id(text: str) -> bool:
    """Return whether ``text`` has the form of a request's id."""
    return bool(_LABEL.fullmatch(text)) and not _LONG_RUN.search(text) and not is_somebodys(text)
