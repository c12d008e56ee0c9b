"""Whatever the text: an answer, the same answer, and never an exception."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_investigator.causes.from_text import with_text_cause
from sealane_investigator.classify.deciding import classify
from sealane_investigator.classify.rulebook import RULES
from sealane_investigator.peel.peeling import peel

_WORDS = sorted({literal for rule in RULES for pattern in rule.patterns for literal in pattern.literals})
_TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join),
    st.lists(st.sampled_from([*_WORDS, '{"error":', "}", '"', "\\", "\ud800", "429", ": "]), max_size=20).map("".join),
)


@settings(deadline=None, max_examples=300)
@given(_TEXTS, st.one_of(st.none(), st.integers(100, 599)), st.sampled_from([None, "generic", "zai", "nobody"]))
def test_any_text_has_one_diagnosis(text: str, status: int | None, provider: str | None) -> None:
    """The confidence is a probability, and asking again gives the same."""
    peeled = peel(text, http_status=status, provider=provider)

    diagnosis = with_text_cause(classify(peeled), peeled)

    assert 0 <= diagnosis.confidence <= 1
    assert diagnosis.why
    assert with_text_cause(classify(peel(text, http_status=status, provider=provider)), peeled) == diagnosis
