"""Callers' tokens without a cluster: JWTs that nobody signed, and an API that says whose they are."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256

from sealane_kube.errors import KubeError
from sealane_router.policy.service_account_tokens import PresentedToken

AUDIENCE = "sealane"


def jwt(claims: object, header: object = None) -> bytes:
    """A token with these claims and no good signature."""
    parts = ({"alg": "RS256"} if header is None else header, claims)
    encoded = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join([*encoded, b"c2lnbmF0dXJl"])


def token_text(account: str = "team-a/ci", *, expires: float | None = 10_000.0, serial: int = 0) -> bytes:
    """A token of the ServiceAccount ``namespace/name``; another ``serial`` is another token."""
    claims: dict[str, object] = {"sub": f"system:serviceaccount:{account.replace('/', ':')}", "jti": str(serial)}
    return jwt(claims if expires is None else {**claims, "exp": expires})


def token_of(account: str = "team-a/ci", *, expires: float | None = 10_000.0, serial: int = 0) -> PresentedToken:
    """The same as it is presented."""
    return presented(token_text(account, expires=expires, serial=serial))


def presented(text: bytes) -> PresentedToken:
    """A token with its digest."""
    return PresentedToken(text, sha256(text).digest())


def accepted(username: str = "system:serviceaccount:team-a:ci", *audiences: str) -> bytes:
    """The API server's answer to a good token."""
    status = {"authenticated": True, "user": {"username": username}, "audiences": list(audiences or (AUDIENCE,))}
    return json.dumps({"kind": "TokenReview", "spec": {"token": "secret"}, "status": status}).encode()


def rejected() -> bytes:
    """The API server's answer to any other."""
    status = {"user": {}, "error": "[invalid bearer token, unknown]"}
    return json.dumps({"kind": "TokenReview", "spec": {"token": "secret"}, "status": status}).encode()


class PlayedReviews:
    """The API server as reviews see it: ``says`` to everything, or silence while ``silent``.

    ``asked`` are the tokens in order, ``most`` is how many were under review at once.
    """

    def __init__(self) -> None:
        self.says: bytes | KubeError = accepted()
        self.asked: list[str] = []
        self.most = 0
        self._now = 0
        self._speaks = asyncio.Event()
        self._speaks.set()

    def silence(self) -> None:
        """Answer nothing until :meth:`speak`."""
        self._speaks.clear()

    def speak(self) -> None:
        """Answer everything, also what was asked meanwhile."""
        self._speaks.set()

    async def create(self, path: str, body: Mapping[str, object]) -> bytes:
        """Answer as it was told."""
        assert path == "/apis/authentication.k8s.io/v1/tokenreviews"
        spec = body["spec"]
        assert isinstance(spec, dict)
        self.asked.append(spec["token"])
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await self._speaks.wait()
        finally:
            self._now -= 1
        if isinstance(self.says, KubeError):
            raise self.says
        return self.says
