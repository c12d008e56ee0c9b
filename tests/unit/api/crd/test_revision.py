"""What a revision is called."""

from sealane_api.crd.revision import HASH_ANNOTATION, RevisionState, revision_name


def test_a_revision_is_called_after_its_route_and_number() -> None:
    """So that people can type it."""
    assert revision_name("assistants", 7) == "assistants-7"


def test_a_state_is_the_text_of_its_label() -> None:
    """And every name is of our own domain."""
    assert [state.value for state in RevisionState] == ["Stable", "Candidate", "Superseded", "Rejected"]
    assert HASH_ANNOTATION.startswith("sealane.dev/")
