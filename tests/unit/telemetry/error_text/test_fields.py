"""Members of an error object are told apart by their names."""

import pytest

from sealane_telemetry.error_text.fields import Field, field_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("message", Field.MESSAGE),
        ("error_msg", Field.MESSAGE),
        ("errorMessage", Field.MESSAGE),
        ("code", Field.LABEL),
        ("request_id", Field.ID),
        ("model", Field.LABEL),
        ("loc", Field.NAME),
        ("content", Field.PRIVATE),
        ("input", Field.PRIVATE),
        ("failed_generation", Field.PRIVATE),
        ("text", Field.PRIVATE),
        ("", Field.PRIVATE),
    ],
)
def test_a_member_is_known_by_its_name_or_private(name: str, expected: Field) -> None:
    """What is not listed is somebody's."""
    assert field_of(name) is expected


def test_a_name_that_holds_more_than_a_name_is_private() -> None:
    """Digits and letters of other scripts are somebody's."""
    assert field_of("4111111111111111message") is Field.PRIVATE
    assert field_of("消息message") is Field.PRIVATE
