"""The whole resource: ``ProviderRoute`` of ``sealane.dev/v1alpha1``, in a file and in a cluster alike."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from sealane_api.problems import shown
from sealane_api.resource.fields import UNORDERED, Flag, HistoryLimit, Write
from sealane_api.resource.metadata import ObjectMeta
from sealane_api.resource.part import Finding, Part, refuse, repeated
from sealane_api.resource.provider import ProviderSpec
from sealane_api.resource.rollout import RolloutSpec
from sealane_api.resource.rule import RuleSpec, TargetSpec

API_VERSION: Final = "sealane.dev/v1alpha1"
KIND: Final = "ProviderRoute"

MAX_PROVIDERS = 16
MAX_RULES = 64


class RevisionSpec(Part):
    """What a revision holds: the providers and the rules; their order means nothing."""

    providers: Annotated[
        tuple[ProviderSpec, ...], Field(strict=False, min_length=1, max_length=MAX_PROVIDERS), UNORDERED
    ]
    """The upstreams; their order means nothing."""
    rules: Annotated[tuple[RuleSpec, ...], Field(strict=False, min_length=1, max_length=MAX_RULES), UNORDERED]
    """Which models go where; their order means nothing."""

    @model_validator(mode="after")
    def _names_are_unique_and_known(self) -> Self:
        providers = [provider.name for provider in self.providers]
        rules = [rule.name for rule in self.rules]
        findings = [
            Finding(
                (field, at, "name"),
                f"found {shown(names[at])} a second time (first at spec.{field}[{first}]); write a name of its own",
            )
            for field, names in (("providers", providers), ("rules", rules))
            for at, first in repeated(names)
        ]
        for at, rule in enumerate(self.rules):
            for path, target in _targets(rule):
                if target.provider not in providers:
                    message = f"found {shown(target.provider)}, which is no provider of this route; "
                    message += "write one of " + ", ".join(shown(name) for name in dict.fromkeys(providers))
                    findings.append(Finding(("rules", at, *path, "provider"), message))
        refuse(findings)
        return self


class ProviderRouteSpec(RevisionSpec):
    """The intent: a revision, and how it goes live."""

    rollout: RolloutSpec = RolloutSpec()
    """How a changed spec goes live; read live, never part of a revision."""
    suspend: Flag = False
    """True: nothing goes forward; what fails on trial is still rolled back."""
    revision_history_limit: HistoryLimit = 10
    """How many superseded and rejected revisions are kept."""


class ProviderRoute(Part):
    """One route. ``status`` is accepted and ignored: it is the operator's, and a saved route carries it along."""

    api_version: Annotated[Literal["sealane.dev/v1alpha1"], Write(API_VERSION)]
    kind: Annotated[Literal["ProviderRoute"], Write(KIND)]
    metadata: ObjectMeta
    spec: ProviderRouteSpec
    status: object = Field(default=None, exclude=True)


def _targets(rule: RuleSpec) -> Iterator[tuple[tuple[str | int, ...], TargetSpec]]:
    for at, target in enumerate(rule.targets):
        yield ("targets", at), target
    for at, target in enumerate(rule.fallback.targets if rule.fallback is not None else ()):
        yield ("fallback", "targets", at), target
