"""A rule: which models a route claims, the targets that serve them, and what happens when they fail."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, JsonValue, SkipValidation, ValidationInfo, WithJsonSchema, model_validator

from sealane_api.failure import DEFAULT_FALLBACK, FALLBACK_CONDITIONS, FailureClass
from sealane_api.problems import shown
from sealane_api.resource.body_edits import value_findings
from sealane_api.resource.fields import (
    UNORDERED,
    Attempts,
    Count,
    Duration,
    Flag,
    LargeCount,
    MemberName,
    ModelText,
    Name,
    PercentOrNone,
    Weight,
    Write,
)
from sealane_api.resource.part import Finding, Part, context_of, refuse, repeated
from sealane_api.route_table import PatternKind

MAX_PATTERNS = 16
MAX_TARGETS = 16
MAX_EDITS = 16

DEFAULT_WHEN = tuple(condition for condition in FailureClass if condition in DEFAULT_FALLBACK)


class PatternSpec(Part):
    """One claim on model names: exactly one of an exact name, a prefix, or an RE2 expression for the whole name."""

    exact: ModelText | None = None
    """One model name. Beats every prefix and regex."""
    prefix: ModelText | None = None
    """All names that begin so. The longest prefix wins."""
    regex: ModelText | None = None
    """All names that this RE2 expression matches as a whole. Comes last."""

    @property
    def kind(self) -> PatternKind:
        """Which of the three it is."""
        return next(kind for kind in PatternKind if getattr(self, kind) is not None)

    @property
    def text(self) -> str:
        """The name, prefix or expression, as written."""
        return self.exact or self.prefix or self.regex or ""

    @model_validator(mode="after")
    def _is_exactly_one(self, info: ValidationInfo) -> Self:
        written = [kind.value for kind in PatternKind if getattr(self, kind) is not None]
        if len(written) != 1:
            found = " and ".join(written) or "none"
            refuse([Finding((), f"found {found} of exact, prefix and regex; write exactly one of them")])
        check = context_of(info).check_regex
        complaint = check(self.regex) if self.regex is not None and check is not None else None
        if complaint is not None:
            message = f"found {shown(self.regex)}, which RE2 refuses ({complaint}); write an RE2 expression"
            refuse([Finding(("regex",), message)])
        return self


class TargetSpec(Part):
    """A provider of the same route, with a weight, perhaps another model name and edits of the request body."""

    provider: Name
    """The name of a provider of this route."""
    weight: Weight = 100
    """Its share among the targets of the rule; 0 gets no traffic."""
    model: ModelText | None = None
    """The provider's own name of the model; absent: as the client wrote it."""
    # Values are judged by value_findings: pydantic's own errors would name the branches of a union.
    set: Annotated[dict[MemberName, SkipValidation[JsonValue]], Field(default_factory=dict, max_length=MAX_EDITS)]
    """Top-level members of the request body to write, as any JSON but null."""
    remove: Annotated[tuple[MemberName, ...], Field(strict=False, max_length=MAX_EDITS), UNORDERED] = ()
    """Top-level members of the request body to take away."""

    @model_validator(mode="after")
    def _edits_are_sound(self) -> Self:
        findings = [Finding(("set", *path), message) for path, message in value_findings(self.set)]
        if "model" in self.set:
            findings.append(Finding(("set", "model"), "found 'model'; write the target's model in its field model"))
        for at, name in enumerate(self.remove):
            if name == "model":
                findings.append(Finding(("remove", at), "found 'model', which every request needs; remove this line"))
            elif name in self.set:
                findings.append(Finding(("remove", at), f"found {shown(name)}, which set writes; keep one of the two"))
        for at, _ in repeated(self.remove):
            findings.append(Finding(("remove", at), f"found {shown(self.remove[at])} a second time; write it once"))
        refuse(findings)
        return self


def _accepted(condition: FailureClass) -> FailureClass:
    if condition not in FALLBACK_CONDITIONS:
        raise ValueError("not a condition of a fallback")
    return condition


_CONDITIONS = [condition.value for condition in FailureClass if condition in FALLBACK_CONDITIONS]

Condition = Annotated[
    FailureClass,
    Field(strict=False),
    AfterValidator(_accepted),
    Write("one of " + ", ".join(_CONDITIONS)),
    WithJsonSchema({"type": "string", "enum": _CONDITIONS}),
]


class FallbackSpec(Part):
    """Where a rule's exchanges go when its targets fail in one of the ways that ``when`` names."""

    when: Annotated[tuple[Condition, ...], Field(strict=False, min_length=1, max_length=8), UNORDERED] = DEFAULT_WHEN
    """The failures after which the fallback is tried."""
    targets: Annotated[tuple[TargetSpec, ...], Field(strict=False, min_length=1, max_length=MAX_TARGETS)]
    """Where the exchange goes then, in this order, each at most once."""

    @model_validator(mode="after")
    def _conditions_are_written_once(self) -> Self:
        refuse(
            [
                Finding(("when", at), f"found {self.when[at].value!r} a second time; write it once")
                for at, _ in repeated(self.when)
            ]
        )
        return self


class RetrySpec(Part):
    """How many attempts an exchange may make, and which share of a rule's exchanges may be retries."""

    max_attempts: Attempts = 3
    """All attempts of one exchange, at whatever target."""
    budget_percent: PercentOrNone = 20
    """Retries may be this share of a rule's exchanges, plus 10, over 10 s."""


class TimeoutsSpec(Part):
    """Per attempt; without ``firstByte`` the router's own default holds, which knows streams from the rest."""

    connect: Duration = Duration("3s")
    """Until the connection stands, TLS included."""
    first_byte: Duration | None = None
    """From the last byte of the request to the first content of the answer; absent: 60s for a stream, else 600s."""
    idle: Duration = Duration("60s")
    """Between two pieces of an answer."""


class LimitsSpec(Part):
    """Per router replica; absent is unlimited."""

    requests_per_minute: Count | None = None
    """Requests that one router admits in a minute; absent: no limit."""
    tokens_per_minute: LargeCount | None = None
    """Tokens that one router admits in a minute, in and out; absent: no limit."""


class RuleSpec(Part):
    """Which models a route claims, and the targets that serve them."""

    name: Name
    """What answers, logs and metrics call it; unique in the route."""
    critical: Flag = True
    """Whether a router that cannot reach any provider of this rule, though its peers can, becomes unready."""
    models: Annotated[tuple[PatternSpec, ...], Field(strict=False, min_length=1, max_length=MAX_PATTERNS), UNORDERED]
    """The model names it claims; a name has one owner in the whole cluster."""
    targets: Annotated[tuple[TargetSpec, ...], Field(strict=False, min_length=1, max_length=MAX_TARGETS)]
    """Who serves them, chosen by weight; at least one weight is above 0."""
    fallback: FallbackSpec | None = None
    """Who serves them when all targets failed. Absent: nobody."""
    retry: RetrySpec = RetrySpec()
    """How often an exchange is attempted."""
    timeouts: TimeoutsSpec = TimeoutsSpec()
    """How long an attempt may take; a stream has no total."""
    limits: LimitsSpec = LimitsSpec()
    """How much of this rule one router admits."""

    @model_validator(mode="after")
    def _some_target_is_used(self) -> Self:
        if not any(target.weight for target in self.targets):
            refuse([Finding(("targets",), "found weight 0 everywhere; give at least one target a weight of 1 or more")])
        return self
