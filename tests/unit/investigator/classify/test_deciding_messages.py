"""Every message of our own tables has the class that was written beside it, however it is wrapped."""

import json
from collections.abc import Callable

import pytest

from bench.eval.messages import Message, labelled, own
from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.classify.deciding import classify
from sealane_investigator.peel.peeling import peel


def _of_class(error_class: ErrorClass) -> list[Message]:
    messages = (*own("wordings"), *own("collected"), *labelled())
    return [one for one in messages if one.error_class is error_class]


@pytest.mark.parametrize("error_class", ErrorClass)
def test_messages_of_a_class_are_of_that_class(error_class: ErrorClass) -> None:
    """More than a thousand, from every system that is named in the documentation."""
    wrong = {one.text: classify(one.peeled).error_class for one in _of_class(error_class)}

    assert {text: found for text, found in wrong.items() if found is not error_class} == {}


def test_the_tables_are_large() -> None:
    """Of each class at least three messages, and of our own at least four hundred."""
    assert min(len(_of_class(error_class)) for error_class in ErrorClass) >= 3
    assert len(own("wordings")) >= 400


def _as_answer(text: str) -> str:
    return json.dumps({"error": {"message": text, "type": "error", "param": None, "code": None}})


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: f"Error code: 400 - {{'error': {{'message': {text!r}, 'type': None}}}}",
        _as_answer,
        lambda text: json.dumps({"error": _as_answer(text)}),
        lambda text: f"LLM provider error: {text}",
        lambda text: f"2026-07-01 10:00:00,123 ERROR [worker-1] request failed: {text}",
    ],
    ids=["python", "json", "json in json", "agent", "log"],
)
def test_a_wrapper_changes_hardly_any_class(wrap: Callable[[str], str]) -> None:
    """Of plain sentences, at least 95 of 100 keep theirs without status or provider."""
    plain = [
        one
        for one in (*own("wordings"), *own("collected"))
        if one.error_class not in (ErrorClass.NONE, ErrorClass.UNKNOWN) and "{" not in one.text and len(one.text) > 20
    ][::4]
    alone = {one: classify(peel(one.text)).error_class for one in plain}
    kept = [one for one in plain if classify(peel(wrap(one.text))).error_class is alone[one]]

    assert len(kept) / len(plain) >= 0.95
