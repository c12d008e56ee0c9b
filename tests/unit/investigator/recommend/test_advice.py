"""What to do about each class."""

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.recommend.advice import ADVICE


def test_every_class_has_advice_and_a_risk() -> None:
    """None is missing, none is empty, and each is a whole sentence."""
    assert set(ADVICE) == set(ErrorClass)
    for error_class, advice in ADVICE.items():
        assert advice.text.endswith("."), error_class
        assert advice.risk.endswith("."), error_class


def test_no_two_classes_share_their_words() -> None:
    """Or one of the two would not be told what is its own."""
    texts = [advice.text for advice in ADVICE.values()]

    assert len(texts) == len(set(texts))
