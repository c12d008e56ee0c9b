"""What to do about each cause."""

from sealane_api.diagnosis.error_class import Cause
from sealane_investigator.recommend.cause_advice import CAUSE_ADVICE


def test_every_cause_has_advice_and_a_risk() -> None:
    """None is missing, and each is a whole sentence."""
    assert set(CAUSE_ADVICE) == set(Cause)
    assert all(each.text.endswith(".") and each.risk.endswith(".") for each in CAUSE_ADVICE.values())
