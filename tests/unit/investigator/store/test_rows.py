"""Rows and the words of the investigator."""

from dataclasses import replace

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.store.rows import (
    MAX_SEARCH,
    diagnosis_columns,
    diagnosis_of,
    encoded,
    sample_of,
    search_text,
)
from tests.support.stores import DIAGNOSIS, analysed


def test_a_diagnosis_comes_back_as_it_was() -> None:
    """With its class beside it, for queries."""
    columns = diagnosis_columns(DIAGNOSIS)

    assert diagnosis_of(columns["diagnosis"]) == DIAGNOSIS
    assert (columns["class"], columns["unsure"], columns["outage"]) == ("rate_limit", False, False)


def test_a_class_of_a_later_release_is_unknown_here() -> None:
    """Old code runs on what new code wrote, and says that it does not know it."""
    written = encoded(DIAGNOSIS).replace("rate_limit", "quantum_decoherence")

    found = diagnosis_of(written)

    assert (found.error_class, found.ground, found.unsure) == (ErrorClass.UNKNOWN, Ground.NOTHING, True)
    assert sample_of(encoded(analysed(1)).replace("rate_limit", "quantum_decoherence")) is None


def test_an_outage_is_known_by_its_cause() -> None:
    """It is the provider's own; the class alone is not enough."""
    diagnosis = Diagnosis(error_class=ErrorClass.BAD_GATEWAY, confidence=1, ground=Ground.STATUS, why="502")

    assert diagnosis_columns(diagnosis)["outage"] is False
    assert diagnosis_columns(replace(diagnosis, cause=Cause.PROVIDER_INCIDENT))["outage"] is True


def test_a_search_looks_through_a_bounded_text_in_lower_case() -> None:
    """Subject first, for a template may be long; a title that is the template's beginning is not there twice."""
    assert search_text("Slow", "Slow DOWN", "moonshot@host") == "moonshot@host  slow down"
    assert len(search_text("t", "x" * 5_000, "s")) == MAX_SEARCH
