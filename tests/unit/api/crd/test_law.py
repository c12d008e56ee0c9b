"""A law as the API server reads it."""

from sealane_api.crd.law import Law


def test_a_law_is_written_with_what_it_has() -> None:
    """Members that are absent are not written."""
    assert Law("self > 0", "write more").document() == {"rule": "self > 0", "message": "write more"}
    assert Law("self.a > 0", "more", field=".a", words="'more'", reason="FieldValueForbidden").document() == {
        "rule": "self.a > 0",
        "message": "more",
        "messageExpression": "'more'",
        "fieldPath": ".a",
        "reason": "FieldValueForbidden",
    }
