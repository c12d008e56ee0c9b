"""A law of the resource in CEL: one entry of ``x-kubernetes-validations``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Law:
    """An expression that must be true of ``self``, and what to write when it is not.

    ``field`` is the member that the refusal names (``.maxOpenFor``). ``words`` is an expression for the message where
    a fixed one cannot name the culprit; ``message`` is what is said if it fails.
    """

    rule: str
    message: str
    field: str | None = None
    words: str | None = None

    def document(self) -> dict[str, object]:
        """Return it as the API server reads it."""
        document: dict[str, object] = {"rule": self.rule, "message": self.message}
        if self.words is not None:
            document["messageExpression"] = self.words
        if self.field is not None:
            document["fieldPath"] = self.field
        return document
