"""Names the template of an error: what is known of it first, its wording else."""

import re

from sealane_investigator.fingerprint.matching import match
from sealane_investigator.fingerprint.templates import Table, known_templates
from sealane_investigator.fingerprint.wording import breaks_off, leading_words, name_words, squeezed
from sealane_investigator.incident.peeled import Peeled

#: A wording of so many words tells by itself whose it is; of fewer the family is part of the name.
ENOUGH_WORDS = 6
#: Letters of a message without known words that name it.
MAX_LETTERS = 40

#: Wordings that say nothing but a status; there it is part of the name.
_BY_STATUS = {
    "http.{}.no_body": re.compile(r"\b([1-5]\d\d) status code \(no body\)"),
    "requests.{}": re.compile(r"\b([45]\d\d) (?:Client|Server) Error: [^:]{0,60} for url"),
    "httpx.{}": re.compile(r"(?:Client|Server) error '([45]\d\d)[^']{0,60}' for url"),
    "aiohttp.{}": re.compile(r"\b([45]\d\d), message='[^']{0,80}', url="),
    "axios.{}": re.compile(r"Request failed with status code ([1-5]\d\d)"),
    "cloudflare.{}": re.compile(r"^\W*error code: (5[2-3]\d|10[12]\d)\W*$", re.IGNORECASE),
}


def name_v1(peeled: Peeled, table: Table | None = None) -> tuple[str, str]:
    """Return the key and, for a reader, the template of an error.

    The known wording holds, then the documented code, then the first words of the message. An error that says nothing
    is named by its type or exception, and one without even that by its status.
    """
    table = table or known_templates()
    known = match(table, peeled.message, peeled.text, peeled.family, broken=breaks_off(peeled))
    documented = table.codes.get((peeled.family or "", (peeled.code or "").lower()))
    if known is not None and (documented is None or known.name.startswith(documented)):
        return known.name, known.wording
    if documented is not None:
        return documented, table.wordings.get(documented, documented)
    if known is not None:
        return known.name, known.wording
    return _of_wording(peeled)


def _of_wording(peeled: Peeled) -> tuple[str, str]:
    for name, pattern in _BY_STATUS.items():
        if (said := pattern.search(peeled.message)) or (said := pattern.search(peeled.text)):
            return name.format(said[1]), said[0]
    words = leading_words(peeled.message) or _bare(peeled)
    wording = " ".join(words)
    family = peeled.family if len(words) < ENOUGH_WORDS else None
    return f"{family or '-'}|{wording}", wording


def _bare(peeled: Peeled) -> tuple[str, ...]:
    """What is left where a message has no word of any vocabulary: a name, its letters, a status."""
    name = peeled.exceptions[-1] if peeled.exceptions else peeled.type or peeled.code
    if name:
        return tuple(name_words(name).split())
    # Marks of redaction go first, while they can be recognised: their hashes differ from process to process.
    letters = re.sub(r"\d+", "", squeezed(peeled.message))[:MAX_LETTERS]
    return (letters,) if letters else ("status", str(peeled.status or "none"))
