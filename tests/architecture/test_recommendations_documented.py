"""``docs/recommendations.md`` tells the rules of causes in the order in which they are asked."""

import re

from sealane_investigator.causes.from_facts import AFTER_TEXT, BEFORE_TEXT, SHORTLY, SKEW
from sealane_investigator.causes.outage import FAILING_SHARE, LEAST_ERRORS, MANY_MODELS, MANY_ROUTES, MANY_TENANTS
from sealane_investigator.model.answer import CONFIDENCE
from sealane_investigator.model.asking import TOTAL
from tests.architecture.house import ROOT

_PAGE = (ROOT / "docs" / "recommendations.md").read_text(encoding="utf-8")


def test_the_rules_stand_in_their_order() -> None:
    """The text's own cause stands between what beats it and what does not."""
    section = _PAGE.split("\n## Which fact names which cause\n")[1].split("\n## ")[0]
    told = re.findall(r"^\| (`\w+`|the text) \|", section, re.MULTILINE)
    before, after = ([f"`{rule.__name__}`" for rule in rules] for rules in (BEFORE_TEXT, AFTER_TEXT))

    assert told == [*before, "the text", *after]


def test_the_bounds_are_those_of_the_code() -> None:
    """Numbers on a page grow old otherwise."""
    outage = (
        f"at least {LEAST_ERRORS} errors and half of all attempts at one host, for {MANY_MODELS} models, "
        f"{MANY_TENANTS} tenants or {MANY_ROUTES} routes at once"
    )

    assert FAILING_SHARE == 0.5
    assert outage in _PAGE
    assert f"at most {SHORTLY / 60:.0f} min, with {SKEW:.0f} s for clocks that differ" in _PAGE
    assert f"{TOTAL:.0f} s together" in _PAGE
    assert f"worth {CONFIDENCE}" in _PAGE
