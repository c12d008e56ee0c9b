"""An event through the pure stages."""

from dataclasses import fields

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import ErrorEvent, Origin
from sealane_investigator.incident.diagnosis import Ground
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.pipeline import stages
from sealane_investigator.pipeline.analysis import NOT_ANALYSED, Analysis, wording
from tests.support.reported import analysed, event


def test_what_was_made_of_a_wording_is_remembered() -> None:
    """The stages see it once; each event is counted as itself."""
    seen: list[ErrorEvent] = []

    def watched(told: ErrorEvent) -> Analysed:
        seen.append(told)
        return analysed(told)

    analysis = Analysis(watched, lambda: None)
    results = [analysis.analyse(event(number, tenant=f"t{number}")) for number in range(3)]

    assert len(seen) == 1
    assert [result.event.id for result in results] == ["r-0", "r-1", "r-2"]
    assert [result.event.tenant for result in results] == ["t0", "t1", "t2"]


def test_an_event_whose_analysis_raises_is_counted_all_the_same() -> None:
    """As unknown, on no ground, and somebody is told."""
    failures: list[int] = []

    def broken(_: ErrorEvent) -> Analysed:
        raise RecursionError("deep")

    result = Analysis(broken, lambda: failures.append(1)).analyse(event(1))

    assert (result.event, result.fingerprint, len(failures)) == (event(1), NOT_ANALYSED, 1)
    assert (result.diagnosis.error_class, result.diagnosis.ground) == (ErrorClass.UNKNOWN, Ground.NOTHING)
    assert result.diagnosis.unsure


def test_a_wording_says_nothing_of_who_saw_it_when_and_for_whom() -> None:
    """Two occurrences of one kind of error have the same."""
    one = event(1, tenant="a", request_id="x", trace_id="y", attempt=1, credential="h", route="a/b", revision=3)
    two = event(2, tenant="b", request_id="z", trace_id="w", attempt=2, credential="i", route="c/d", revision=4)

    assert wording(one) == wording(two)
    assert wording(event(1, origin=Origin.CLIENT)) != wording(event(1))
    varying = {
        field.name for field in fields(ErrorEvent) if getattr(wording(one), field.name) != getattr(one, field.name)
    }
    assert varying == {
        *("id", "reporter", "epoch", "sequence", "occurred_at", "route", "revision", "model", "tenant", "credential"),
        *("attempt", "request_id", "trace_id"),
    }


def test_what_the_stages_load_when_they_first_need_it_is_loaded_beforehand() -> None:
    """By a text that no rule knows, so that all of it is."""
    seen: list[Analysed] = []

    def watched(told: ErrorEvent) -> Analysed:
        seen.append(stages.analysed(told))
        return seen[-1]

    Analysis(watched, lambda: None).prepare()

    assert [result.diagnosis.rule for result in seen] == [None]
