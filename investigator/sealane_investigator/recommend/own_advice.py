"""What to do about errors that the gateway answered itself, before it chose any provider: here it knows why."""

from collections.abc import Mapping
from types import MappingProxyType

from sealane_api.diagnosis.error_event import ErrorEvent, Origin
from sealane_investigator.recommend.advice import Advice

_REFUSED = "None: what was refused reached no provider."

#: By the code that the client got.
OWN_ADVICE: Mapping[str, Advice] = MappingProxyType(
    {
        "model_not_found": Advice(
            "No route claims this model. Correct the caller's model name, or declare a rule that claims it; "
            "`sealane explain` and `/-/explain` of a router say which rules there are and why they do not fit.",
            _REFUSED,
        ),
        "provider_unavailable": Advice(
            "Every target of the rule was skipped: breakers are open, credentials parked or targets full. That follows "
            "from other errors: see the incidents of its providers, and `kubectl describe` of the route. A fallback "
            "to another provider would serve meanwhile.",
            _REFUSED,
        ),
        "overloaded": Advice(
            "The gateway took no more at once. Give it more routers, or raise maxConcurrency of the provider, or the "
            "limits on bodies and connections.",
            "More at once takes more memory, and may meet the provider's own limits.",
        ),
        "model_not_allowed": Advice(
            "The caller is known and may not use this model. Allow it in the key file's list of models for its key and "
            "tenant, or have the caller use one that it may.",
            "A model that is allowed is billed.",
        ),
        "invalid_api_key": Advice(
            "A caller came without a key or token, or with one that nobody was given. Hand it a valid key, or have its "
            "pod mount a ServiceAccount token for the gateway's audience.",
            _REFUSED,
        ),
        "rate_limit_exceeded": Advice(
            "A limit of the rule or of the tenant was used up. Raise it, or have the caller send less.",
            "More requests and tokens are billed, and may meet the provider's own limits.",
        ),
        "unknown_path": Advice(
            "The gateway does not serve this path. Callers' base URL ends in /v1, and the paths are in docs/api.md.",
            _REFUSED,
        ),
    }
)


def own_advice(event: ErrorEvent) -> Advice | None:
    """Return the advice for an error that no provider saw; None for every other one."""
    if event.origin is not Origin.ROUTER or event.provider is not None:
        return None
    return OWN_ADVICE.get(event.code or "")
