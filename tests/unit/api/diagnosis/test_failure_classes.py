"""What an investigator calls an error, in the router's words."""

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.failure_classes import failure_class_of
from sealane_api.failure import FailureClass

_OF_NO_ATTEMPT = {
    ErrorClass.NONE,
    ErrorClass.DB_CONNECTIONS_EXHAUSTED,
    ErrorClass.DB_PREPARED_STATEMENT,
    ErrorClass.K8S_IMAGE_PULL,
    ErrorClass.K8S_CRASHLOOP,
    ErrorClass.K8S_UNSCHEDULABLE,
    ErrorClass.K8S_MISSING_REFERENCE,
    ErrorClass.K8S_BAD_COMMAND,
}


def test_what_an_attempt_can_end_with_has_a_word() -> None:
    """Everything but workloads, databases and what is no error."""
    assert {one for one in ErrorClass if failure_class_of(one) is None} == _OF_NO_ATTEMPT


def test_only_an_open_breaker_has_no_error_text() -> None:
    """Each other word of the router is reached."""
    reached = {failure_class_of(one) for one in ErrorClass} - {None}

    assert reached == set(FailureClass) - {FailureClass.BREAKER_OPEN}
