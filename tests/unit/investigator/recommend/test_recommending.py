"""From a diagnosis to what a person should do."""

from typing import Any

from sealane_api.diagnosis.error_class import Action, Cause, ErrorClass
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.recommendation import ChangeKind, Recommendation, Rollback
from sealane_investigator.recommend.exact_change import Situation
from sealane_investigator.recommend.recommending import recommended
from tests.support.facts import NOW, change, diagnosis, event, facts
from tests.support.resources import provider, route

_ENTRY = "providers[moonshot].baseURL: https://api.moonshot.cn/v1 → https://api.moonshot.ai/v1"
_KNOWN = facts(revisions=(change(_ENTRY),))


def _live(stable: int, candidate: int | None = None) -> dict[str, Any]:
    status: dict[str, Any] = {"stable": {"revision": stable}}
    if candidate is not None:
        status["candidate"] = {"revision": candidate}
    return {**route("chat", "team"), "status": status}


def _recommended(known: Facts, cause: Cause | None = None, **other: Any) -> Recommendation:
    error_class = other.pop("error_class", ErrorClass.AUTH_INVALID_KEY)
    confidence = other.pop("confidence", 0.9)
    evidence = ("text", "fact:revision:team/chat@8") if cause else ("text",)
    said = diagnosis(
        error_class,
        cause=cause,
        cause_why="because" if cause else None,
        evidence=evidence,
        confidence=confidence,
    )
    plain: dict[str, Any] = {"event": event(), "diagnosis": said, "facts": known}
    return recommended(Situation(**plain | other))


def test_a_wrong_base_url_is_answered_with_a_rollback_to_the_revision_before() -> None:
    """As a proposal that a person can confirm, and as the command that does the same."""
    found = _recommended(_KNOWN, Cause.BAD_BASE_URL, live=_live(8))

    assert found.action is Action.FIX_BASE_URL
    assert found.rollback == Rollback(route="team/chat", from_revision=8, to_revision=7)
    assert found.change is not None
    assert found.change.text == "kubectl sealane undo chat --to-revision=7 --namespace=team --wait"
    assert found.evidence == ("text", "fact:revision:team/chat@8")
    assert "Why: because." in found.text
    assert "Going back to revision 7 holds until the spec changes." in found.text


def test_a_candidate_is_given_up_instead() -> None:
    """It is on trial and serves nobody else."""
    found = _recommended(_KNOWN, Cause.CONFIG_CHANGE, live=_live(7, 8))

    assert found.change is not None
    assert found.change.text == "kubectl sealane abort chat --namespace=team --wait"
    assert found.action is Action.ROLL_BACK


def test_what_the_operator_rolled_back_already_is_said_to_be() -> None:
    """Then the spec has to be corrected, and there is nothing to confirm."""
    found = _recommended(_KNOWN, Cause.CONFIG_CHANGE, live=_live(7))

    assert found.rollback is None
    assert "It was rolled back already" in found.text


def test_on_a_laptop_it_is_advice_only() -> None:
    """There is no revision to go back to, only a file to correct."""
    found = _recommended(_KNOWN, Cause.BAD_BASE_URL, live=_live(8), cluster=False)

    assert found.rollback is None
    assert found.change is not None
    assert found.change.kind is ChangeKind.PATCH


def test_every_class_and_cause_gets_a_recommendation() -> None:
    """Whatever is known or not."""
    for error_class in ErrorClass:
        for cause in (None, *Cause):
            found = _recommended(facts(), cause, error_class=error_class)
            assert found.text
            assert found.action is (cause.action if cause else error_class.action)
            assert found.rollback is None


def test_a_stated_reset_is_told_in_utc() -> None:
    """In the provider's zone where none is written; beyond the window it is the latest there can be."""
    window = ErrorClass.PLAN_WINDOW_EXHAUSTED
    about = event(occurred_at=NOW, message="usage limit for 5 hour, resets at 2026-11-18 20:00:00", dialect="Zai")
    late = event(occurred_at=NOW, message="usage limit for 5 hour, resets at 2027-01-01 00:00:00", dialect="Zai")

    assert "It begins anew at 2026-11-18 12:00:00 UTC." in _recommended(facts(), error_class=window, event=about).text
    assert "It begins anew at the latest at" in _recommended(facts(), error_class=window, event=late).text


def test_a_workload_gets_the_command_that_shows_it() -> None:
    """As its event names it."""
    about = event(workload="team/Pod/web-1", route=None, provider=None)
    found = _recommended(facts(), error_class=ErrorClass.K8S_CRASHLOOP, event=about)

    assert found.text.endswith("Look: kubectl describe pod web-1 --namespace=team")


def test_our_own_limits_are_raised_through_the_chart() -> None:
    """Only where no provider was asked: another hop's limit is not ours."""
    ours = event(provider=None, attempt=0, route=None)
    found = _recommended(facts(), error_class=ErrorClass.PAYLOAD_TOO_LARGE, event=ours)

    assert found.change is not None
    assert found.change.kind is ChangeKind.HELM
    assert "--set=router.bodyLimit=64MiB" in found.change.text
    assert _recommended(facts(), error_class=ErrorClass.PAYLOAD_TOO_LARGE).change is None


def test_a_guess_and_a_gap_are_said_to_be_so() -> None:
    """Nobody should act on them without a look."""
    found = _recommended(facts(missing=("no router answered",)), confidence=0.3)

    assert found.text.endswith("This is a guess: look at the text before acting on it.")
    assert found.risk.endswith("Not known: no router answered.")


def test_the_words_of_an_error_are_in_no_recommendation() -> None:
    """They are the attacker's, if there is one."""
    about = event(message="CANARY $(rm -rf /)", model="CANARY", status=401)
    live = route("chat", "team", providers=[provider(credential={"secretRef": {"name": "keys", "key": "api-key"}})])
    for error_class in ErrorClass:
        found = _recommended(facts(), error_class=error_class, event=about, live=live)
        assert "CANARY" not in repr(found)
