"""A law of the resource in CEL: one entry of ``x-kubernetes-validations``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Law:
    """An expression that must be true of ``self``, and what to write when it is not.

    ``field`` is the member that the refusal names (``.maxOpenFor``). ``words`` is an expression for the message where
    a fixed one cannot name the culprit; ``message`` is what is said if it fails. ``reason`` is how the API server
    classes the refusal; ``FieldValueInvalid`` when absent.
    """

    rule: str
    message: str
    field: str | None = None
    words: str | None = None
    reason: str | None = None

    def document(self) -> dict[str, object]:
        """Return it as the API server reads it."""
        optional = {"messageExpression": self.words, "fieldPath": self.field, "reason": self.reason}
        written: dict[str, object] = {name: value for name, value in optional.items() if value is not None}
        return {"rule": self.rule, "message": self.message, **written}
