"""A text that breaks off has begun the templates inside whose wording it ends."""

import pytest

from sealane_investigator.fingerprint.beginnings import Beginnings
from sealane_investigator.fingerprint.templates import parse

_LINES = """
a.warm: The engine that serves this model is warming up, please wait {} seconds for it
a.cold: The engine that serves this model is cooling down, please wait {} seconds for it
b.short: Seat {} of this deployment is taken by somebody else
=c.whole: Unwell
d.mid: Invalid request: [Your seat exceeded the allowance of its deployment]: {}
"""
_TEMPLATES = parse(_LINES).templates
_BEGINNINGS = Beginnings(_TEMPLATES)


def _begun(said: str, *, broken: bool = False) -> tuple[set[str], int]:
    found = _BEGINNINGS.begun(said, broken=broken)
    return {_TEMPLATES[one.place].name for one in found}, max((one.letters for one in found), default=0)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("theenginethatservesthismodeliswa", ({"a.warm"}, 32)),
        ("theenginethatservesthismodelis", ({"a.warm", "a.cold"}, 30)),
        ("oopstheenginethatservesthismodeliscool", ({"a.cold"}, 34)),
        ("oopstheenginethatserve", (set(), 0)),
        ("theengineth", (set(), 0)),
        ("theenginethatservesthismodeliswrong", (set(), 0)),
        ("theenginethatservesthismodeliswarminguppleasewait5secondsforit", (set(), 0)),
        ("seat7ofthisdeploymentistak", ({"b.short"}, 25)),
        ("unw", (set(), 0)),
        ("yourseatexceededtheallow", ({"d.mid"}, 24)),
        ("invalidrequestyourseatexceededtheallow", ({"d.mid"}, 38)),
        ("", (set(), 0)),
    ],
)
def test_a_long_beginning_counts_whatever_the_text_looks_like(said: str, expected: tuple[set[str], int]) -> None:
    """All templates that begin so are found, with the letters that the text has of them."""
    assert _begun(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("theengi", {"a.warm", "a.cold"}),
        ("seat7ofthisdeploymentista", {"b.short"}),
        ("seat7ofthisdep", set()),
        ("seat7", set()),
        ("theenginethatservesthismodeliswarminguppleasewait12", {"a.warm"}),
    ],
)
def test_a_short_beginning_counts_where_the_text_breaks_off(said: str, expected: set[str]) -> None:
    """Also inside of a value, when enough stands before it."""
    assert _begun(said, broken=True)[0] == expected


def test_a_short_beginning_of_a_text_that_may_be_whole_says_nothing() -> None:
    """Many messages begin with the same word."""
    assert _begun("theengi") == (set(), 0)
    assert _begun("theengi", broken=True)[1] == 7


def test_what_must_be_all_there_is_is_begun_only_by_a_text_that_breaks_off() -> None:
    """A whole text that begins so is another message."""
    wordings = parse("=c.whole: The backend of this route is unwell today\n").templates
    beginnings = Beginnings(wordings)

    assert [one.place for one in beginnings.begun("thebackendofthisroute", broken=True)] == [0]
    assert beginnings.begun("thebackendofthisroute", broken=False) == []
