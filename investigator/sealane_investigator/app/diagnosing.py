"""``diagnose``: each line of JSON is an error text, each line that is answered says what it is and what to do.

Every line is answered alone: nothing is kept from one to the next, and nothing but answers goes to standard output.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sealane_investigator.causes.from_text import with_text_cause
from sealane_investigator.classify.deciding import classify
from sealane_investigator.fingerprint.fingerprinting import fingerprint
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.peel.peeling import peel

#: Characters of a text that are looked at; an error says what it is long before.
MAX_TEXT = 1 << 20
#: Characters of a line. A longer one is refused before it is parsed.
MAX_LINE = 16 << 20


class BadLine(Exception):
    """A line that is not an error to diagnose; the text says why."""


def answers(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield one line of ASCII JSON for each line of input, in order, without the line feed; never raises."""
    for line in lines:
        try:
            answer = answer_to(line)
        except BadLine as refused:
            answer = {"error": str(refused)}
        yield json.dumps(answer, ensure_ascii=True)


def answer_to(line: bytes) -> dict[str, object]:
    """Return the answer to one line; raises :class:`BadLine`."""
    text, http_status, provider = _read(line)
    peeled = peel(text[:MAX_TEXT], http_status=http_status, provider=provider)
    diagnosis = with_text_cause(classify(peeled), peeled)
    return _answer(diagnosis, fingerprint(peeled).hash)


def _answer(diagnosis: Diagnosis, fingerprint_hash: str) -> dict[str, object]:
    why = diagnosis.why if diagnosis.cause_why is None else f"{diagnosis.why}; {diagnosis.cause_why}"
    return {
        "class": diagnosis.error_class.value,
        "action": diagnosis.action.value,
        "cause": diagnosis.cause.value if diagnosis.cause else None,
        "cause_action": diagnosis.cause_action.value if diagnosis.cause_action else None,
        "confidence": diagnosis.confidence,
        "unsure": diagnosis.unsure,
        "fingerprint": fingerprint_hash,
        "why": why,
    }


def _read(line: bytes) -> tuple[str, int | None, str | None]:
    value = _parsed(line)
    if not isinstance(value, dict):
        raise BadLine("the line is not a JSON object")
    text, http_status, provider = value.get("text"), value.get("http_status"), value.get("provider")
    if "text" not in value:
        raise BadLine("text is missing")
    if not isinstance(text, str):
        raise BadLine("text is not a string")
    if http_status is not None and (not isinstance(http_status, int) or isinstance(http_status, bool)):
        raise BadLine("http_status is not an integer")
    if provider is not None and not isinstance(provider, str):
        raise BadLine("provider is not a string")
    status = http_status if http_status is not None and 100 <= http_status <= 999 else None
    return text, status, provider.strip().lower() if provider else None


def _parsed(line: bytes) -> Any:
    if len(line) > MAX_LINE:
        raise BadLine(f"the line is longer than {MAX_LINE} bytes")
    if not line.strip():
        raise BadLine("the line is empty")
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise BadLine("the line is not UTF-8") from None
    except (ValueError, RecursionError):
        raise BadLine("the line is not JSON") from None


def _refuse(name: str) -> None:
    raise ValueError(name)
