"""The figures of the diagnosis do not fall, the page fits this source, the shipped data is what training gives."""

import re

import pytest

from bench.eval.calibrating import brier, calibrate, expected_error, first_tries
from bench.eval.grouping import b_cubed, grouping
from bench.eval.leaving_out import judge, judge_left_out, share, share_by_group
from bench.eval.messages import TABLES, labelled, own, tables, training
from bench.eval.page import FIRST_TRIES
from bench.eval.run import PAGE
from bench.eval.training import train
from sealane_investigator.classify.deciding import shipped_knowledge
from sealane_investigator.classify.rulebook import RULES
from sealane_investigator.classify.similarity import shipped_similarity
from sealane_investigator.incident.diagnosis import Ground


def test_labelled_messages_keep_their_figures() -> None:
    """In sample: a change of rules must not lose what is known."""
    judged = judge(labelled(), shipped_knowledge())

    assert share(judged, lambda one: one.class_right) >= 0.98
    assert share_by_group(judged, lambda one: one.action_right) >= 0.98


@pytest.mark.parametrize("name", TABLES)
def test_our_own_tables_keep_their_figures(name: str) -> None:
    """In sample too; a few collected messages stay wrong rather than bend a rule for one of them."""
    judged = judge(own(name), shipped_knowledge())

    assert share(judged, lambda one: one.class_right) >= 0.97
    assert share(judged, lambda one: one.action_right) >= 0.98


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_without_any_rule_seventy_of_a_hundred_are_known() -> None:
    """Groups left out, message rules off: codes, types, status and similarity alone; three tenths of the page's."""
    judged = judge_left_out(labelled(), tables(), rules=False, tenths=(1, 4, 7))

    assert share(judged, lambda one: one.class_right) >= 0.70
    assert share(judged, lambda one: one.action_right) >= 0.70


def test_templates_are_kept_together_and_apart() -> None:
    """B-cubed on what was observed."""
    figures = grouping([message for message in labelled() if message.kind == "observed"])

    assert (figures.precision >= 0.97, figures.recall >= 0.75) == (True, True)


def test_b_cubed_is_reckoned_by_element() -> None:
    """By hand: two templates, one fingerprint for all, then one for each message."""
    assert b_cubed("aab", "xxx").precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)
    assert b_cubed("aab", "xyz").recall == pytest.approx((1 / 2 + 1 / 2 + 1) / 3)


def test_confidence_is_what_it_says() -> None:
    """Each half of the first tries, by the calibration that the other half teaches."""
    tries = first_tries()
    calibration = calibrate(tries[1::2])
    judged = [(calibration.confidence(ground, agreement), right) for ground, agreement, right in tries[::2]]

    assert expected_error(judged) <= 0.10
    assert brier(judged) <= 0.15


def test_a_calibration_is_monotone_and_never_certain() -> None:
    """More agreement, more confidence; half a right and half a wrong answer are added to each step."""
    outcomes = [(Ground.CODE, 0.0, False), *[(Ground.CODE, 0.9, True)] * 9, (Ground.CODE, 0.7, True)]

    steps = calibrate(outcomes).steps[Ground.CODE]

    assert steps.values == (0.25, 0.75, 0.95)


def test_errors_of_confidence_are_reckoned_in_bins() -> None:
    """By hand: ten verdicts of 0.9, of which eight are right."""
    judged = [(0.9, True)] * 8 + [(0.9, False)] * 2

    assert expected_error(judged) == pytest.approx(0.1)
    assert brier(judged) == pytest.approx((8 * 0.01 + 2 * 0.81) / 10)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_shipped_model_is_what_training_gives() -> None:
    """Whoever adds a message trains again: the same features, and nearly the same votes on any machine."""
    fresh, shipped = train(training()), shipped_similarity()

    assert fresh.classes == shipped.classes
    assert fresh.weights.keys() == shipped.weights.keys()
    same = [fresh.likeness(one.wording).best is shipped.likeness(one.wording).best for one in training()]
    assert sum(same) / len(same) >= 0.99


def test_the_page_is_of_this_source() -> None:
    """``make eval`` was run after the last rule, table or first try was added."""
    page = PAGE.read_text(encoding="utf-8")
    patterns = sum(len(rule.patterns) for rule in RULES)

    assert re.findall(r"^(\d+) rules with (\d+) wordings", page, re.MULTILINE) == [(str(len(RULES)), str(patterns))]
    assert f"| {len(labelled())} | " in page
    assert f"our own wordings | {len(own('wordings'))} | " in page
    assert [one.name for one in FIRST_TRIES if f"| {one.name} | {one.messages} | " not in page] == []
    assert page.count("**In sample**") == 7
    assert "Brier" in page
