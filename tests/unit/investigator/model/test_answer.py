"""A model's answer: closed lists, evidence that exists, and never against what is known."""

import json
from typing import Any

import pytest

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.incident.diagnosis import Ground
from sealane_investigator.model.answer import (
    CONFIDENCE,
    MAX_CONCURRENCY,
    MAX_SECONDS,
    Choice,
    Unusable,
    read_answer,
    with_choice,
)
from sealane_investigator.recommend.exact_change import Parameters
from tests.support.facts import diagnosis

_KNOWN = {"text", "event:status", "fact:revision:team/chat@8"}


def _answer(**other: Any) -> str:
    plain = {
        "class": "quota_exhausted",
        "cause": None,
        "action": "recharge",
        "evidence": ["text"],
        "seconds": None,
        "concurrency": None,
    }
    return json.dumps(plain | other)


def test_a_choice_is_read() -> None:
    """Class, cause, evidence and numbers."""
    found = read_answer(
        _answer(
            **{"class": "model_not_found", "cause": "config_change", "action": "roll_back"},
            evidence=["fact:revision:team/chat@8", "text", "text"],
            seconds=90,
        ),
        _KNOWN,
    )

    assert found == Choice(
        error_class=ErrorClass.MODEL_NOT_FOUND,
        cause=Cause.CONFIG_CHANGE,
        evidence=("fact:revision:team/chat@8", "text"),
        parameters=Parameters(seconds=90),
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("", "not one JSON object"),
        ("[]", "not one JSON object"),
        ("[" * 100_000, "not one JSON object"),
        (f"Sure! {_answer()}", "not one JSON object"),
        (_answer(**{"class": "hacked"}), "class is none of the list"),
        (_answer(**{"class": ["none"]}), "class is none of the list"),
        (_answer(cause="because"), "cause is neither"),
        (_answer(cause={}), "cause is neither"),
        (_answer(action="roll_back"), "action is not the action"),
        (_answer(action="rm -rf /"), "action is not the action"),
        (_answer(evidence=[]), "list of one to 8"),
        (_answer(evidence="text"), "list of one to 8"),
        (_answer(evidence=["text"] * 9), "list of one to 8"),
        (_answer(evidence=["fact:revision:team/chat@99"]), "an id that is not in the list"),
        (_answer(evidence=[["text"]]), "an id that is not in the list"),
        (_answer(cause="quota_zero"), "begins with fact: or event:"),
        (_answer(seconds=0), "seconds is neither"),
        (_answer(seconds=MAX_SECONDS + 1), "seconds is neither"),
        (_answer(seconds=True), "seconds is neither"),
        (_answer(seconds="90; kubectl delete"), "seconds is neither"),
        (_answer(concurrency=MAX_CONCURRENCY + 1), "concurrency is neither"),
    ],
)
def test_what_cannot_be_used_says_why_in_our_words(answer: str, words: str) -> None:
    """Nothing of the answer is in the complaint, which goes back to the model."""
    with pytest.raises(Unusable, match=words) as complaint:
        read_answer(answer, _KNOWN)

    assert "kubectl" not in str(complaint.value)
    assert "@99" not in str(complaint.value)


def test_further_members_are_not_taken() -> None:
    """A patch, a command, a text: all of them are rendered by us."""
    found = read_answer(_answer(patch="kubectl delete ns team", why="trust me"), _KNOWN)

    assert "kubectl" not in repr(found)
    assert "trust" not in repr(found)


_CHOICE = Choice(error_class=ErrorClass.QUOTA_EXHAUSTED, cause=None, evidence=("text", "event:status"))


def test_an_unsure_class_gives_way_to_a_choice() -> None:
    """Which says what it rests on."""
    unsure = diagnosis(ErrorClass.RATE_LIMIT, confidence=0.3, ground=Ground.SIMILARITY, rule="r")
    found = with_choice(unsure, _CHOICE)

    assert (found.error_class, found.ground, found.confidence) == (
        ErrorClass.QUOTA_EXHAUSTED,
        Ground.MODEL,
        CONFIDENCE,
    )
    assert found.why == "a model chose it, resting on text, event:status"
    assert (found.rule, found.evidence) == (None, ("text", "event:status"))


def test_agreement_leaves_a_good_reason_in_place() -> None:
    """A rule that is surer than a model stays the reason; an unsure one becomes surer."""
    sure = diagnosis(ErrorClass.QUOTA_EXHAUSTED, rule="r")
    unsure = diagnosis(ErrorClass.QUOTA_EXHAUSTED, confidence=0.2, ground=Ground.SIMILARITY, rule="r")

    assert (with_choice(sure, _CHOICE).ground, with_choice(sure, _CHOICE).confidence) == (Ground.MESSAGE, 0.9)
    assert (with_choice(unsure, _CHOICE).ground, with_choice(unsure, _CHOICE).confidence) == (Ground.MODEL, CONFIDENCE)
    assert with_choice(unsure, _CHOICE).rule == "r"


@pytest.mark.parametrize("ground", [Ground.CODE, Ground.PERSON])
def test_a_documented_code_and_a_person_are_never_overridden(ground: Ground) -> None:
    """Whatever the model chose, and with it its cause."""
    known = diagnosis(ErrorClass.RATE_LIMIT, ground=ground, confidence=0.1)
    choice = Choice(error_class=ErrorClass.NONE, cause=Cause.CONFIG_CHANGE, evidence=("event:status",))
    found = with_choice(known, choice)

    assert (found.error_class, found.ground, found.confidence, found.cause) == (
        ErrorClass.RATE_LIMIT,
        ground,
        0.1,
        None,
    )


def test_what_is_surer_than_a_model_keeps_its_class() -> None:
    """Whoever writes the error's text may talk a model into anything; a rule is not to be talked to."""
    sure = diagnosis(ErrorClass.RATE_LIMIT, ground=Ground.MESSAGE, confidence=CONFIDENCE + 0.01)
    choice = Choice(error_class=ErrorClass.NONE, cause=Cause.CONFIG_CHANGE, evidence=("event:status",))
    found = with_choice(sure, choice)

    assert (found.error_class, found.ground, found.cause) == (ErrorClass.RATE_LIMIT, Ground.MESSAGE, None)


def test_an_answer_may_be_written_as_markdown_does() -> None:
    """Models that know no schemas do so; anything beside the object is none."""
    assert read_answer(f"```json\n{_answer()}\n```\n", _KNOWN) == read_answer(_answer(), _KNOWN)
    with pytest.raises(Unusable):
        read_answer(f"Here it is:\n```json\n{_answer()}\n```", _KNOWN)


def test_a_code_may_get_the_cause_that_it_lacks() -> None:
    """Where the model agrees about the class."""
    known = diagnosis(ErrorClass.MODEL_NOT_FOUND, ground=Ground.CODE)
    choice = Choice(error_class=ErrorClass.MODEL_NOT_FOUND, cause=Cause.MODEL_RETIRED, evidence=("event:status",))
    found = with_choice(known, choice)

    assert (found.cause, found.cause_why) == (Cause.MODEL_RETIRED, "a model names it, resting on event:status")
    assert found.ground is Ground.CODE


def test_a_cause_that_facts_named_stays() -> None:
    """What is known beats what is thought."""
    known = diagnosis(cause=Cause.BAD_BASE_URL, cause_why="revision 8")
    choice = Choice(error_class=ErrorClass.AUTH_INVALID_KEY, cause=Cause.PROVIDER_INCIDENT, evidence=("event:status",))

    assert (with_choice(known, choice).cause, with_choice(known, choice).cause_why) == (
        Cause.BAD_BASE_URL,
        "revision 8",
    )


def test_a_model_that_does_not_know_changes_nothing() -> None:
    """Its shrug is no diagnosis."""
    known = diagnosis(ErrorClass.RATE_LIMIT, confidence=0.3, ground=Ground.SIMILARITY)
    found = with_choice(known, Choice(error_class=ErrorClass.UNKNOWN, cause=None, evidence=("text",)))

    assert found == known
