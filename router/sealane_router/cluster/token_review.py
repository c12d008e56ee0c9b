"""One TokenReview: what the Kubernetes API is asked about a token, and what its answer means."""

import msgspec

from sealane_kube.errors import Unreadable
from sealane_router.policy.service_accounts import ServiceAccount

PATH = "/apis/authentication.k8s.io/v1/tokenreviews"
_USER = "system:serviceaccount:"


class _User(msgspec.Struct):
    username: str = ""


class _Status(msgspec.Struct):
    authenticated: bool = False
    user: _User | None = None
    audiences: list[str] | None = None


class _Review(msgspec.Struct):
    status: _Status


def question(token: bytes, audience: str) -> dict[str, object]:
    """Whether ``token`` (ASCII) is good and was made for ``audience``."""
    return {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token.decode("ascii"), "audiences": [audience]},
    }


def verdict(answer: bytes, audience: str) -> ServiceAccount | None:
    """Whose the token is; None: nobody's that may be let in.

    An API server that knows no audiences names none, and its word is then about another one than was asked for. It may
    also know tokens of people; those are no callers.

    Raises:
        Unreadable: it is no TokenReview. The error quotes nothing of it, because it holds the token.
    """
    try:
        status = msgspec.json.decode(answer, type=_Review).status
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unreadable("not a TokenReview") from None
    if not status.authenticated or status.user is None or audience not in (status.audiences or ()):
        return None
    prefix, _, account = status.user.username.partition(_USER)
    namespace, _, name = account.partition(":")
    return ServiceAccount(namespace, name) if not prefix and namespace and name else None
