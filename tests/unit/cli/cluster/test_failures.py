"""Every error is one sentence that says what to do."""

import pytest

from sealane_cli.cluster.failures import failed, no_kinds
from sealane_kube.errors import Conflict, Forbidden, Invalid, KubeError, NotFound, Throttled, Unavailable

_SERVER = "https://api.test:6443"


def _forbidden(verb: str, place: str) -> Forbidden:
    told = (
        f'providerroutes.sealane.dev "chat" is forbidden: User "jane" cannot {verb} resource "providerroutes" '
        f'in API group "sealane.dev"{place}'
    )
    return Forbidden(told, 403, call="PATCH /apis")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            _forbidden("patch", ' in the namespace "team"'),
            (
                "jane may not patch providerroutes.sealane.dev in namespace team: ask for a role that allows it, and "
                "check with: kubectl auth can-i patch providerroutes.sealane.dev -n team"
            ),
        ),
        (
            _forbidden("list", " at the cluster scope"),
            (
                "jane may not list providerroutes.sealane.dev in all namespaces: ask for a role that allows it, and "
                "check with: kubectl auth can-i list providerroutes.sealane.dev -A"
            ),
        ),
        (Forbidden("Unauthorized", 401), "log in again"),
        (Forbidden("policy says no", 403), "the API server refuses it: policy says no"),
        (NotFound("HTTP 404", 404), "install Sealane's CRDs"),
        (Conflict("it changed", 409), "try again"),
        (Invalid("it is\nwrong", 422), "the API server refuses it: it is wrong"),
        (Throttled("slow down", 429, retry_after=7), "is busy; try again in 7 s"),
        (Unavailable("no answer within 10 s"), f"{_SERVER} does not answer (no answer within 10 s)"),
        (KubeError("odd"), "does not answer (odd)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, KubeError) else "",
)
def test_an_error_is_one_line_that_says_what_to_do(error: KubeError, words: str) -> None:
    """The missing permission by verb and resource, the server by its address, the API's own words."""
    text = str(failed(error, _SERVER))

    assert words in text
    assert "\n" not in text


def test_only_what_passes_is_passing() -> None:
    """Whoever follows a rollout waits for a server that is away or busy, and for nothing else."""
    assert failed(Unavailable("x"), _SERVER).passing
    assert failed(Throttled("x"), _SERVER).passing
    assert not failed(_forbidden("get", ""), _SERVER).passing
    assert not no_kinds().passing


def test_a_long_refusal_is_cut() -> None:
    """A policy's novel stays one readable line."""
    assert len(str(failed(Invalid("" + "x" * 10_000, 422), _SERVER))) < 1_100
