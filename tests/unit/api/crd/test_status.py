"""What the operator writes into a status."""

import pytest
from pydantic import ValidationError

from sealane_api.crd.status import PENDING, ConditionStatus, ProviderRouteStatus, RollbackStatus


def test_a_status_is_made_by_pythons_names_and_written_under_the_apis() -> None:
    """``from`` is a word of Python's."""
    rollback = RollbackStatus(from_=8, to=7, reason="Aborted", at="2026-11-22T23:00:00Z", by="ann")
    status = ProviderRouteStatus(observed_generation=3, last_rollback=rollback)

    assert status.model_dump(mode="json", by_alias=True, exclude_defaults=True) == {
        "observedGeneration": 3,
        "lastRollback": {"from": 8, "to": 7, "reason": "Aborted", "at": "2026-11-22T23:00:00Z", "by": "ann"},
    }


def test_a_status_is_read_back_as_it_was_written() -> None:
    """By the API's names."""
    status = ProviderRouteStatus(conditions=PENDING)

    assert ProviderRouteStatus.model_validate(status.model_dump(mode="json", by_alias=True)) == status


@pytest.mark.parametrize("status", ["true", "Maybe", True])
def test_a_condition_is_true_false_or_unknown(status: object) -> None:
    """Words, no booleans."""
    with pytest.raises(ValidationError):
        ConditionStatus.model_validate({**PENDING[0].model_dump(by_alias=True), "status": status})
