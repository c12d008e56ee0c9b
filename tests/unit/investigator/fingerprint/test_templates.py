"""The table of known templates is read, and each wording leads to its own name."""

import pytest

from sealane_investigator.fingerprint.matching import match
from sealane_investigator.fingerprint.templates import family_of_name, known_templates, parse


def test_each_documented_wording_is_its_own_template() -> None:
    """No other that is longer, or that is looked at earlier, takes it away."""
    table = known_templates()
    lost = [
        (one.name, found and found.name)
        for one in table.templates
        if (found := match(table, one.wording.replace("{}", "9"), one.wording, one.family)) is None
        or found.name != one.name
    ]

    assert lost == []


def test_a_template_asks_for_enough() -> None:
    """A few letters occur everywhere; of Chinese, fewer are enough."""
    short = [
        one.name
        for one in known_templates().templates
        if not one.whole and one.weight < 9 and not any(mark > "z" for anchor in one.anchors for mark in anchor)
    ]

    assert short == ["openai.slow_down"]


def test_a_line_is_flags_a_name_and_a_wording() -> None:
    """What stands in brackets is enough to know it by."""
    table = parse("# comment\n\n?=zai.x: Daily [call limit] of {} reached\nzai.x = 1304\n!gateway.y: All failed\n")
    first, second = table.templates

    assert (first.name, first.family, first.gated, first.whole, first.first) == ("zai.x", "zai", True, True, False)
    assert (first.pieces, first.anchors) == (("dailycalllimitof", "reached"), ("calllimit",))
    assert (second.first, second.anchors, second.family) == (True, ("allfailed",), None)
    assert table.codes == {("zai", "1304"): "zai.x"}
    assert table.wordings["zai.x"] == "Daily call limit of {} reached"


def test_another_form_is_refused() -> None:
    """With the line."""
    with pytest.raises(ValueError, match="not a template: 'nonsense'"):
        parse("nonsense")


def test_a_network_has_no_family() -> None:
    """Nor has a cluster."""
    assert family_of_name("moonshot.engine_overloaded") == "moonshot"
    assert family_of_name("net.connection_refused") is None
