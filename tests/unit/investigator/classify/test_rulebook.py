"""The order of rules, and that none is missing."""

from collections import Counter

from bench.eval.messages import labelled, own
from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.classify import rulebook
from sealane_investigator.classify.rulebook import RULES
from sealane_investigator.classify.wording import wording_of
from sealane_investigator.peel.peeling import peel


def test_every_class_has_a_rule_and_a_message() -> None:
    """Also those without a labelled message; only what nothing fits has neither rule nor need of one."""
    assert {rule.error_class for rule in RULES} == set(ErrorClass) - {ErrorClass.UNKNOWN}
    assert {message.error_class for message in own("wordings")} == set(ErrorClass)


def test_every_wording_has_something_to_look_for_first() -> None:
    """A wording without a literal would cost every message a search, and raises when it is first asked."""
    assert all(pattern.literals for rule in RULES for pattern in rule.patterns)


def test_names_are_unique() -> None:
    """``why`` names the rule that decided."""
    assert [name for name, count in Counter(rule.name for rule in RULES).items() if count > 1] == []


def test_groups_are_those_of_the_labelled_messages() -> None:
    """A group that is spelt wrongly would never be left out."""
    assert {group for rule in RULES for group in rule.groups} <= {message.group for message in labelled()}


def test_a_rule_is_off_when_all_of_its_groups_are_left_out() -> None:
    """So that the evaluation does not count what it was written from."""
    wording = wording_of(peel("unable to verify your membership benefits"))

    found = rulebook.strong(wording)
    left_out = rulebook.strong(wording, frozenset({"moonshot.doc.387669"}))

    assert (found.name if found else None, left_out) == ("plan.membership", None)


def test_who_speaks_for_many_is_read_in_the_whole_text() -> None:
    """The message of one of them would say something else."""
    wording = wording_of(peel('All providers failed: openai: {"error":{"message":"Invalid API key","code":401}}'))

    found = rulebook.outermost(wording)

    assert found is not None
    assert found.error_class is ErrorClass.ALL_UPSTREAMS_FAILED
