"""Which Secrets a revision needs, whether they are there, and what routers must be allowed to read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sealane_api.problems import shown
from sealane_kube.raw import Raw, mappings
from sealane_operator.judgement.refusal import Refusal, joined

#: Names in one Role; routers hold one watch for each.
MAX_SECRETS = 200

_MAX_KEYS_SHOWN = 10


class Need(NamedTuple):
    """An entry of a Secret in the route's namespace, and what it is for."""

    secret: str
    key: str
    purpose: str


def needs_of(spec: Raw) -> tuple[Need, ...]:
    """Return what the providers of a spec or revision refer to; parts of another shape refer to nothing."""
    return tuple(need for provider in mappings(spec.get("providers")) for need in _needs_of_provider(provider))


def names_of(needs: Iterable[Need]) -> frozenset[str]:
    """Return the names of the Secrets alone."""
    return frozenset(need.secret for need in needs)


def refusal_of_references(
    namespace: str, needs: Sequence[Need], present: Mapping[str, frozenset[str] | None]
) -> Refusal | None:
    """Judge what is referred to; ``present`` holds the keys of each Secret, None for one that does not exist."""
    absent = [need for need in needs if present.get(need.secret) is None]
    if absent:
        first_of = {need.secret: need for need in reversed(absent)}
        sentences = [_no_secret(namespace, first_of[name]) for name in sorted(first_of)]
        return Refusal("SecretNotFound", joined(sentences))
    keyless = [need for need in needs if need.key not in (present[need.secret] or ())]
    if keyless:
        return Refusal("KeyNotFound", joined([_no_key(namespace, need, present[need.secret]) for need in keyless]))
    return None


def refusal_of_number(namespace: str, granted: frozenset[str], wanted: frozenset[str]) -> Refusal | None:
    """Judge whether routers may be given all of ``wanted`` besides what they read for other routes."""
    together = len(granted | wanted)
    if together <= MAX_SECRETS or wanted <= granted:
        return None
    return Refusal(
        "RefNotPermitted",
        f"the routes of namespace {namespace} would refer to {together} Secrets, and routers read at most "
        f"{MAX_SECRETS} a namespace; keep several keys in one Secret, or move routes to another namespace",
    )


def _needs_of_provider(provider: Raw) -> Iterator[Need]:
    name = shown(provider.get("name"))
    credential, tls = provider.get("credential"), provider.get("tls")
    if isinstance(credential, Mapping):
        yield from _need(credential.get("secretRef"), f"the key of provider {name}")
    if isinstance(tls, Mapping):
        yield from _need(tls.get("caRef"), f"the certificates that provider {name} is trusted by")


def _need(reference: object, purpose: str) -> Iterator[Need]:
    if isinstance(reference, Mapping):
        name, key = reference.get("name"), reference.get("key")
        if isinstance(name, str) and isinstance(key, str):
            yield Need(name, key, purpose)


def _no_secret(namespace: str, need: Need) -> str:
    return (
        f"Secret {namespace}/{need.secret} does not exist, and {need.purpose} is kept there; make it: "
        f"kubectl create secret generic {need.secret} --namespace={namespace} --from-file={need.key}=FILE"
    )


def _no_key(namespace: str, need: Need, keys: frozenset[str] | None) -> str:
    known = sorted(keys or ())
    has = ", ".join(known[:_MAX_KEYS_SHOWN]) or "nothing"
    if len(known) > _MAX_KEYS_SHOWN:
        has += f" and {len(known) - _MAX_KEYS_SHOWN} more"
    return (
        f"Secret {namespace}/{need.secret} has no entry {shown(need.key)} for {need.purpose} (it has {has}); write "
        f"another key in the route, or add the entry: kubectl create secret generic {need.secret} --namespace="
        f"{namespace} --from-file={need.key}=FILE --dry-run=client -o yaml | kubectl apply --server-side -f -"
    )
