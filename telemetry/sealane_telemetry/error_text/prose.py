"""Whether a stretch of prose is an error's own wording or somebody's text."""

from enum import Enum

from sealane_telemetry.error_text.vocabulary import chinese_familiarity, familiarity

#: Words that make a sentence an error's.
_STRONG = frozenset(
    """
    error errors exception failed failure fails invalid limit limits limited exceeded exceeds exceed quota denied
    refused rejected unsupported unavailable overloaded expired missing unauthorized forbidden timeout timed
    insufficient exhausted suspended disabled deprecated incorrect unknown unable cannot illegal unexpected
    malformed throttled blocked reached unreachable disconnected truncated incomplete required permitted allowed
    """.split()  # noqa: SIM905
)
#: Words of the trade that tell an error and nothing of a person; each may be shown alone where a sentence may not.
_OF_THE_TRADE = frozenset(
    """
    access account again api audio authentication authorization available backend balance billing body capacity
    certificate channel channels client cluster connection connections container context country cpu credentials
    credit credits database day demand deployment disk endpoint filter format function gateway gpu header high host
    hour image images json key keys large later length long many max maximum memory minimum minute model models
    month must network no node not only organization output parameter parameters path payment per permission plan
    pod policy pool probe project provider proxy pull rate region registry request requests response responses
    restarting retry safety schema second seconds server service stream subscription support supported temperature
    token tokens too tool tools traffic upstream url usage volume
    """.split()  # noqa: SIM905
)
#: What is quoted behind these is what somebody sent.
_SHOWS = frozenset(
    """
    input inputs prompt prompts content contents text string value body query question received got given near
    arguments argument messages data json payload line snippet excerpt output completion generation sample document
    file instruction
    """.split()  # noqa: SIM905
)


class Place(Enum):
    """Where a stretch of prose stands; the less an error's wording is expected there, the more it has to show."""

    BEGINNING = "beginning"
    SENTENCE = "sentence"
    BEHIND_COLON = "behind colon"
    SHOWN = "shown"


#: Known words, familiar neighbours, and familiar neighbours where a strong word is among them; parts of 1.
_NEEDED = {
    Place.BEGINNING: (0.75, 0.65, 0.35),
    Place.SENTENCE: (0.75, 0.65, 0.4),
    Place.BEHIND_COLON: (0.8, 0.65, 0.4),
    Place.SHOWN: (0.9, 0.8, 0.6),
}
#: Neighbours so familiar leave room for more unknown words.
_ALIKE = 0.8
_KNOWN_IF_ALIKE = 0.6
#: So few known words say nothing that is anybody's.
_FEW = {Place.BEGINNING: 2, Place.SENTENCE: 2, Place.BEHIND_COLON: 1, Place.SHOWN: 1}
_CHINESE_NEEDED = {Place.BEGINNING: 0.4, Place.SENTENCE: 0.45, Place.BEHIND_COLON: 0.5, Place.SHOWN: 0.8}


def is_wording(words: list[str], unknown: int, place: Place) -> bool:
    """Return whether a stretch of these known words and so many unknown ones is an error's wording at ``place``."""
    total = len(words) + unknown
    if total == 0 or (unknown == 0 and total <= _FEW[place]):
        return True
    known, familiar, familiar_with_strong = _NEEDED[place]
    likeness = familiarity(words)
    if len(words) < (known if likeness < _ALIKE else _KNOWN_IF_ALIKE) * total:
        return False
    return likeness >= (familiar_with_strong if any(word in _STRONG for word in words) else familiar)


def is_of_the_trade(word: str) -> bool:
    """Return whether ``word``, in lower case, may be shown alone."""
    return word in _STRONG or word in _OF_THE_TRADE


def is_chinese_wording(run: str, place: Place) -> bool:
    """Return whether a run of Chinese characters is an error's wording at ``place``."""
    return chinese_familiarity(run) >= _CHINESE_NEEDED[place]


def place_behind(before: list[str], place: Place) -> Place:
    """Return the place behind a colon that these words precede."""
    if any(word in _SHOWS for word in before[-3:]):
        return Place.SHOWN
    if before and before[-1] in _STRONG | {"reason", "message", "error", "exception", "warning"}:
        return place if place is Place.BEGINNING else Place.SENTENCE
    return Place.BEHIND_COLON
