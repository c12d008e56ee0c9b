"""What a message that breaks off would have said: the rest of the known wordings that it has begun."""

from dataclasses import replace
from functools import lru_cache
from itertools import accumulate

from sealane_investigator.fingerprint.matching import unfinished
from sealane_investigator.fingerprint.templates import known_templates
from sealane_investigator.fingerprint.wording import breaks_off, squeezed
from sealane_investigator.incident.peeled import Peeled

#: Wordings that a message may have begun; more of them say nothing.
MAX_WORDINGS = 12
#: What stands for a value that was cut off.
_VALUE = "1"


def completions(peeled: Peeled) -> tuple[Peeled, ...]:
    """Return the error once for each known wording that its message may be the beginning of; empty when it is whole."""
    begun = unfinished(known_templates(), peeled.message, peeled.family, broken=breaks_off(peeled))
    wordings = {peeled.message + _rest(one.wording, begun.letters): None for one in begun.templates}
    if not 0 < len(wordings) <= MAX_WORDINGS:
        return ()
    return tuple(replace(peeled, message=one, text=f"{peeled.text} {one}", cut=False) for one in wordings)


@lru_cache(maxsize=1024)
def _rest(wording: str, letters: int) -> str:
    """What follows the first ``letters`` that count in ``wording``."""
    at = next(
        (at for at, size in enumerate(accumulate(map(len, map(squeezed, wording)), initial=0)) if size == letters), 0
    )
    return wording[at:].replace("{}", _VALUE)
