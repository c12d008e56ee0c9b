"""The table of causes: which facts name which, and which of two wins."""

from dataclasses import replace
from typing import Any

import pytest

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.causes.from_facts import SHORTLY, Case, blamed, cause_of, judged
from sealane_investigator.incident.diagnosis import Ground
from sealane_investigator.incident.facts import Traffic
from tests.support.facts import NOW, change, diagnosis, event, facts, traffic

_KEY = ErrorClass.AUTH_INVALID_KEY
_URL = "providers[moonshot].baseURL: https://api.moonshot.ai/v1 → https://api.moonshot.cn/v1"
_NAME = "rules[kimi].targets[moonshot].model: kimi-k3 → kimi-k4"
_OTHER = "rules[kimi].timeouts.firstByte: 60s → 1s"
_DOWN = (
    traffic(errors=50, successes=0, seconds=60),
    traffic(errors=50, successes=0, model="kimi-k2.6", seconds=60),
)
_ELSEWHERE = traffic(route="team/other", base_url_host="api.moonshot.cn", successes=40)


def _cause(error_class: ErrorClass = _KEY, *, stated: bool = False, about: Any = None, **known: Any) -> Cause | None:
    case = Case(event=event(**(about or {})), error_class=error_class, began=NOW, facts=facts(**known))
    found = cause_of(case, stated=stated)
    return found.cause if found is not None else None


@pytest.mark.parametrize(
    ("error_class", "about", "known", "wanted"),
    [
        # A key field that holds no key.
        (_KEY, {"credential_class": "url"}, {}, Cause.KEY_FIELD_MISFILLED),
        (_KEY, {"credential_class": "placeholder"}, {}, Cause.KEY_FIELD_MISFILLED),
        (ErrorClass.AUTH_MISSING_KEY, {"credential_class": "words"}, {}, Cause.KEY_FIELD_MISFILLED),
        (ErrorClass.UNKNOWN, {"credential_class": "words", "status": 401}, {}, Cause.KEY_FIELD_MISFILLED),
        (ErrorClass.UNKNOWN, {"credential_class": "words", "status": 500}, {}, None),
        (ErrorClass.RATE_LIMIT, {"credential_class": "url"}, {}, None),
        # A key of another platform.
        (_KEY, {"credential_class": "sk-or-"}, {}, Cause.AUTH_WRONG_ENDPOINT),
        (_KEY, {"credential_class": "sk-kimi-"}, {}, Cause.AUTH_WRONG_ENDPOINT),
        (_KEY, {"credential_class": "id.secret"}, {}, Cause.AUTH_WRONG_ENDPOINT),
        (ErrorClass.CLIENT_NOT_ALLOWED, {"credential_class": "sk-kimi-"}, {}, Cause.AUTH_WRONG_ENDPOINT),
        (ErrorClass.PROVIDER_OVERLOADED, {"credential_class": "sk-or-"}, {}, None),
        (_KEY, {"credential_class": "sk-or-", "base_url_host": "proxy.internal"}, {}, None),
        (_KEY, {"credential_class": None}, {}, None),
        (_KEY, {}, {}, None),
        # The same key in good health elsewhere: .cn and .ai keys look alike, only this tells them apart.
        (_KEY, {}, {"traffic": (_ELSEWHERE,)}, Cause.AUTH_WRONG_ENDPOINT),
        (_KEY, {}, {"traffic": (_ELSEWHERE, traffic())}, None),
        (_KEY, {}, {"traffic": (replace(_ELSEWHERE, credential="key-2"),)}, None),
        (_KEY, {}, {"traffic": (replace(_ELSEWHERE, successes=0, errors=3),)}, None),
        (_KEY, {"credential": None}, {"traffic": (replace(_ELSEWHERE, credential=None),)}, None),
        # What a revision changed shortly before.
        (_KEY, {}, {"revisions": (change(_URL),)}, Cause.BAD_BASE_URL),
        (ErrorClass.ENDPOINT_NOT_FOUND, {}, {"revisions": (change(_OTHER, _URL),)}, Cause.BAD_BASE_URL),
        (ErrorClass.MODEL_NOT_FOUND, {}, {"revisions": (change(_NAME),)}, Cause.ALIAS_NOT_MAPPED),
        (ErrorClass.TIMEOUT_READ, {}, {"revisions": (change(_OTHER),)}, Cause.CONFIG_CHANGE),
        (ErrorClass.CONTENT_FILTER, {}, {"revisions": (change(_URL),)}, None),
        (_KEY, {"revision": None}, {"revisions": (change(_URL),)}, Cause.BAD_BASE_URL),
        (_KEY, {"revision": 7}, {"revisions": (change(_URL),)}, None),
        (_KEY, {"route": None}, {"revisions": (change(_URL),)}, None),
        (_KEY, {}, {"revisions": (change(_URL, route="team/other"),)}, None),
        (_KEY, {}, {"revisions": (change(_URL, at=NOW - SHORTLY),)}, Cause.BAD_BASE_URL),
        (_KEY, {}, {"revisions": (change(_URL, at=NOW - SHORTLY - 1),)}, None),
        (_KEY, {}, {"revisions": (change(_URL, at=NOW + 30),)}, Cause.BAD_BASE_URL),
        (_KEY, {}, {"revisions": (change(_URL, at=NOW + 31),)}, None),
        (_KEY, {}, {"revisions": (change(),)}, None),
        # Revision 7 fails as well: what 8 changed is not to blame.
        (_KEY, {}, {"revisions": (change(_URL),), "traffic": (traffic(revision=7, errors=9, successes=1),)}, None),
        # Many at once.
        (ErrorClass.PROVIDER_OVERLOADED, {}, {"traffic": _DOWN}, Cause.PROVIDER_INCIDENT),
        (ErrorClass.QUOTA_EXHAUSTED, {}, {"traffic": _DOWN}, None),
        # Of two that fit, the one that is more certain.
        (_KEY, {"credential_class": "url"}, {"revisions": (change(_URL),)}, Cause.KEY_FIELD_MISFILLED),
        (_KEY, {"credential_class": "sk-or-"}, {"revisions": (change(_URL),)}, Cause.BAD_BASE_URL),
        (_KEY, {"credential_class": "sk-or-"}, {"revisions": (change(_OTHER),)}, Cause.AUTH_WRONG_ENDPOINT),
        (_KEY, {}, {"revisions": (change(_OTHER),), "traffic": (_ELSEWHERE,)}, Cause.AUTH_WRONG_ENDPOINT),
        (ErrorClass.TIMEOUT_READ, {}, {"revisions": (change(_OTHER),), "traffic": _DOWN}, Cause.PROVIDER_INCIDENT),
        (ErrorClass.DNS_FAILURE, {}, {"revisions": (change(_URL),), "traffic": _DOWN}, Cause.BAD_BASE_URL),
    ],
)  # fmt: skip
def test_the_facts_name_a_cause(
    error_class: ErrorClass, about: dict[str, Any], known: dict[str, Any], wanted: Cause | None
) -> None:
    """One line each; None where no fact names one."""
    assert _cause(error_class, about=about, **known) == wanted


@pytest.mark.parametrize(
    ("about", "known", "wanted"),
    [
        ({"credential_class": "url"}, {}, Cause.KEY_FIELD_MISFILLED),
        ({}, {"revisions": (change(_URL),)}, Cause.BAD_BASE_URL),
        ({"credential_class": "sk-or-"}, {}, Cause.AUTH_WRONG_ENDPOINT),
        ({}, {"traffic": (_ELSEWHERE,)}, None),
        ({}, {"revisions": (change(_OTHER),)}, None),
    ],
)
def test_a_cause_that_the_text_states_gives_way_only_to_what_is_certain(
    about: dict[str, Any], known: dict[str, Any], wanted: Cause | None
) -> None:
    """A limit of zero in a message is a fact as well."""
    assert _cause(stated=True, about=about, **known) == wanted


def test_a_wrong_base_url_is_named_with_its_revision() -> None:
    """So that somebody can undo it."""
    known = facts(revisions=(change(_URL),), traffic=(traffic(errors=9, successes=0), traffic(revision=7)))
    found = judged(diagnosis(), event(), known, NOW)

    assert (found.cause, found.cause_action) == (Cause.BAD_BASE_URL, "fix_base_url")
    assert found.cause_why == (
        "revision 8 of team/chat changed providers[moonshot].baseURL: https://api.moonshot.ai/v1 → "
        "https://api.moonshot.cn/v1, and the error began 1 min later; revision 7 did not have it"
    )
    assert found.evidence == ("text", "fact:revision:team/chat@8", "fact:traffic:0", "fact:traffic:1")
    assert blamed(found, known) == known.revisions[0]


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ((traffic(revision=7, successes=50, errors=5),), Cause.BAD_BASE_URL),
        ((traffic(revision=7, successes=50, errors=6),), None),
        ((traffic(revision=7, successes=9),), None),
        ((traffic(revision=7, model="kimi-k2.6"),), None),
        ((), None),
    ],
)
def test_an_old_error_that_came_anew_with_a_revision(before: tuple[Traffic, ...], wanted: Cause | None) -> None:
    """Somebody had it for days; this revision has it while the one before is well."""
    known = facts(revisions=(change(_URL),), traffic=before)

    assert judged(diagnosis(), event(), known, NOW - 86_400 * 3).cause == wanted


def test_an_old_error_at_another_revision_is_not_new() -> None:
    """Nor is one that happens hours after the change."""
    known = facts(revisions=(change(_URL),), traffic=(traffic(revision=7),))
    late = facts(revisions=(change(_URL, at=NOW - SHORTLY - 1),), traffic=(traffic(revision=7),))

    assert judged(diagnosis(), event(revision=None), known, NOW - 86_400).cause is None
    assert judged(diagnosis(), event(), late, NOW - 86_400).cause is None


def test_the_newest_of_two_revisions_is_suspected() -> None:
    """Where the error does not say at which it happened."""
    older = change(_OTHER, revision=7, previous=6, at=NOW - 600)
    known = facts(revisions=(older, change(_URL)))

    assert blamed(judged(diagnosis(), event(revision=None), known, NOW), known) == known.revisions[1]


def test_a_cause_of_earlier_facts_is_judged_anew() -> None:
    """A regression has facts of its own; what the text states stays, and so does a person's word."""
    earlier = judged(diagnosis(), event(credential_class="sk-or-"), facts(), NOW)
    of_the_text = diagnosis(ErrorClass.QUOTA_EXHAUSTED, cause=Cause.QUOTA_ZERO, cause_why="the limit is 0")
    of_a_person = replace(earlier, ground=Ground.PERSON)

    assert earlier.cause is Cause.AUTH_WRONG_ENDPOINT
    assert judged(earlier, event(), facts(), NOW) == diagnosis()
    assert judged(of_the_text, event(), facts(), NOW) is of_the_text
    assert judged(of_a_person, event(), facts(), NOW) is of_a_person


def test_without_a_fact_nothing_is_added() -> None:
    """The diagnosis of the text stays as it is."""
    said = diagnosis()

    assert judged(said, event(), facts(), NOW) is said
    assert blamed(said, facts(revisions=(change(_URL),))) is None


def test_a_long_entry_is_called_by_its_kind() -> None:
    """A sentence holds no novel."""
    long = f"rules[kimi].models: {'a' * 300} → {'b' * 300}"
    found = judged(diagnosis(ErrorClass.MODEL_NOT_FOUND), event(), facts(revisions=(change(long),)), NOW)

    assert found.cause_why is not None
    assert "changed models and targets of team/chat" in found.cause_why
