"""What Python's validators refuse and a structural schema cannot say, in CEL, with words for people.

A law holds for one part or for one field of it, and ``tests/cluster`` shows each to a real API server. What CEL cannot
say within its limits is left to the operator: a pattern that a route claims twice, and the values of a target's
``set``, which have no schema.
"""

from sealane_api.crd.base_urls import HTTPS, ONE_ORIGIN, URL_LAWS
from sealane_api.crd.law import Law
from sealane_api.crd.schedules import SCHEDULE_LAWS, TIME_ZONE_LAWS
from sealane_api.provider_route import RevisionSpec
from sealane_api.resource.fields import Duration
from sealane_api.resource.part import Part
from sealane_api.resource.provider import BreakerSpec, ProviderSpec
from sealane_api.resource.rollout import RolloutSpec, WindowSpec
from sealane_api.resource.rule import PatternSpec, RuleSpec, TargetSpec

#: Whether a rule ``r`` names a provider that the route does not have; its fallback counts.
_ASTRAY = (
    "!sets.contains(self.providers.map(p, p.name), r.targets.map(t, t.provider))"
    " || (has(r.fallback) && !sets.contains(self.providers.map(p, p.name), r.fallback.targets.map(t, t.provider)))"
)

_DURATION = Law("self.matches('[1-9]')", f"write {Duration.words}")

_PART_LAWS: dict[type[Part], tuple[Law, ...]] = {
    RevisionSpec: (
        Law(
            f"!self.rules.exists(r, {_ASTRAY})",
            "found a target whose provider is none of this route's; write the name of one of spec.providers",
            field=".rules",
            words=f"'found a provider that this route does not have in rule ' + self.rules.map(r, {_ASTRAY}, r.name)[0]"
            " + '; write the name of one of spec.providers'",
        ),
    ),
    ProviderSpec: (HTTPS, ONE_ORIGIN),
    BreakerSpec: (
        Law(
            "duration(self.maxOpenFor) >= duration(self.openFor)",
            "found less than openFor; write at least as much (5m when absent)",
            field=".maxOpenFor",
        ),
    ),
    RuleSpec: (
        Law(
            "self.targets.exists(t, t.weight > 0)",
            "found weight 0 everywhere; give at least one target a weight of 1 or more",
            field=".targets",
        ),
    ),
    PatternSpec: (
        Law(
            "[has(self.exact), has(self.prefix), has(self.regex)].exists_one(written, written)",
            "write exactly one of exact, prefix and regex",
        ),
    ),
    TargetSpec: (
        Law(
            "!has(self.remove) || !('model' in self.remove)",
            "found 'model', which every request needs; remove this line",
            field=".remove",
        ),
    ),
    RolloutSpec: (
        Law(
            "self.steps.map(s, s.weight).isSorted()"
            " && self.steps.all(a, self.steps.exists_one(b, b.weight == a.weight))",
            "write weights that rise from step to step",
            field=".steps",
        ),
    ),
}

_FIELD_LAWS: dict[tuple[type[Part], str], tuple[Law, ...]] = {
    (ProviderSpec, "base_url"): URL_LAWS,
    (ProviderSpec, "messages_base_url"): URL_LAWS,
    # The expression is compiled and the answer does not matter; a refusal carries RE2's own complaint.
    (PatternSpec, "regex"): (Law("''.matches(self) in [true, false]", "write an RE2 expression"),),
    (WindowSpec, "schedule"): SCHEDULE_LAWS,
    (WindowSpec, "time_zone"): TIME_ZONE_LAWS,
}


def laws_of_part(part: type[Part]) -> tuple[Law, ...]:
    """Return the laws that span fields of ``part``, with those of what it inherits from."""
    return tuple(law for kind in part.__mro__ for law in _PART_LAWS.get(kind, ()))


def laws_of_field(part: type[Part], name: str) -> tuple[Law, ...]:
    """Return the laws of one field, by attribute name."""
    if part.model_fields[name].annotation in (Duration, Duration | None):
        return (_DURATION,)
    return _FIELD_LAWS.get((part, name), ())
