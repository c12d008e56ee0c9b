"""Is the spec one that a router could serve? What the CRD cannot judge is judged here, and all the rest again.

Again, because the CRD of a cluster may be older or newer than this operator, and because an object that was stored
before a rule existed was never judged by it.
"""

from collections import Counter
from dataclasses import dataclass

from pydantic import ValidationError

from sealane_api.canonical import spec_hash
from sealane_api.compilation import compile_route, compile_table
from sealane_api.ownership import Claim
from sealane_api.problems import InvalidRoutes, Location
from sealane_api.provider_route import ProviderRoute
from sealane_api.resource.part import ValidationContext
from sealane_api.resource.rollout import RolloutSpec
from sealane_api.resource.wording import problems_of
from sealane_kube.raw import Raw
from sealane_operator.judgement.claims import claims_of
from sealane_operator.judgement.references import Need, needs_of
from sealane_operator.judgement.refusal import Refusal, joined
from sealane_operator.judgement.regex import check_regex

_CONTEXT = ValidationContext(check_regex=check_regex)

#: pydantic's word for a field that the resource of this version does not have.
_UNKNOWN_FIELD = "extra_forbidden"


@dataclass(frozen=True, slots=True)
class ValidSpec:
    """A spec that could be served, if its claims and references allow; ``hash`` identifies its revision."""

    route: ProviderRoute
    hash: str
    claims: tuple[Claim, ...]
    needs: tuple[Need, ...]


def validated(raw: Raw) -> ValidSpec | Refusal:
    """Judge a ProviderRoute as the API server holds it, without looking at anything else."""
    try:
        route = ProviderRoute.model_validate(raw, context=_CONTEXT)
    except ValidationError as error:
        return _refused(error)
    claims = claims_of(raw["spec"], route=_key(route), created=route.metadata.creation_timestamp or "")
    if any(count > 1 for count in Counter(claim.subject for claim in claims).values()):
        return Refusal("InvalidSpec", _repeated(route))
    return ValidSpec(route, spec_hash(route.spec), claims, needs_of(raw["spec"]))


def rollout_policy(raw: Raw) -> RolloutSpec:
    """Return how the route wants to be rolled out; the defaults where what is written cannot be read.

    It is asked for while the rest of a spec is invalid too: a rollout that runs goes on under its own policy.
    """
    spec = raw.get("spec")
    written = spec.get("rollout") if isinstance(spec, dict) else None
    try:
        return RolloutSpec.model_validate(written or {})
    except ValidationError:
        return RolloutSpec()


def _refused(error: ValidationError) -> Refusal:
    problems = list(problems_of(error, ProviderRoute, lambda _path: Location("")))
    message = joined([f"{problem.path}: {problem.message}" for problem in problems])
    kinds = [details["type"] for details in error.errors(include_url=False, include_input=False)]
    if kinds.count(_UNKNOWN_FIELD) == len(
        problems
    ):  # pydantic misses what it refused: then a list is too short as well
        words = "this operator does not know what the CRD of the cluster admits; upgrade it, or change the spec"
        return Refusal("UnsupportedValue", f"{words}:\n{message}")
    return Refusal("InvalidSpec", message)


def _repeated(route: ProviderRoute) -> str:
    try:
        compile_table([compile_route(route)])
    except InvalidRoutes as refused:
        return joined([f"{problem.path}: {problem.message}" for problem in refused.problems])
    return "a pattern is claimed twice; write it once"


def _key(route: ProviderRoute) -> str:
    return f"{route.metadata.namespace or 'default'}/{route.metadata.name}"
