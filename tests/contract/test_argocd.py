"""``k8s/argocd/health.lua``: the health of a route as Argo CD shows it, said by Lua itself."""

from pathlib import Path
from typing import Any

import lupa
import pytest

from sealane_api.crd.status import ConditionType

_SCRIPT = (Path(__file__).resolve().parents[2] / "k8s" / "argocd" / "health.lua").read_text(encoding="utf-8")

_READY = ("Ready", "True", "Serving")
_ACCEPTED = ("Accepted", "True", "Accepted")
_DONE = ("Progressing", "False", "RolloutComplete")
_FAILED = ("Progressing", "False", "AnalysisFailed")

#: Conditions, the health, and the reason that its message begins with.
_TOLD: dict[str, tuple[list[tuple[str, str, str]], str, str]] = {
    "it serves": ([_READY, _ACCEPTED, _DONE], "Healthy", "Serving"),
    "a step runs": ([_READY, _ACCEPTED, ("Progressing", "True", "StepRunning")], "Progressing", "StepRunning"),
    "it waits for traffic": ([_READY, ("Progressing", "Unknown", "NoData")], "Progressing", "NoData"),
    "somebody paused it": ([_READY, ("Progressing", "False", "Paused")], "Suspended", "Paused"),
    "it is suspended": (
        [_READY, ("Progressing", "False", "Suspended"), ("Suspended", "True", "SuspendedByUser")],
        "Suspended",
        "SuspendedByUser",
    ),
    "it was rolled back": (
        [_READY, _FAILED, ("RolledBack", "True", "ErrorRateExceeded"), ("Stalled", "True", "RolledBack")],
        "Degraded",
        "RolledBack",
    ),
    "it is refused": (
        [("Ready", "False", "NotAccepted"), ("Accepted", "False", "InvalidSpec")],
        "Degraded",
        "InvalidSpec",
    ),
    "its newest spec is refused": ([_READY, ("Accepted", "False", "Conflicted"), _DONE], "Degraded", "Conflicted"),
    "a Secret is missing": (
        [_READY, _ACCEPTED, ("ResolvedRefs", "False", "SecretNotFound")],
        "Degraded",
        "SecretNotFound",
    ),
    "a key was deleted": ([("Ready", "False", "RefsNotResolved"), _ACCEPTED, _DONE], "Degraded", "RefsNotResolved"),
    "routers are about to get it": ([("Ready", "False", "NotProgrammed"), _DONE], "Progressing", "NotProgrammed"),
    "nobody knows yet": (
        [("Ready", "Unknown", "Pending"), ("Accepted", "Unknown", "Pending")],
        "Progressing",
        "Pending",
    ),
}


def _health(document: dict[str, Any]) -> tuple[str, str]:
    """What the script says of an object, as Argo CD asks it: a global, and no libraries that could reach anything."""
    runtime = lupa.LuaRuntime(register_eval=False, unpack_returned_tuples=True)
    runtime.globals().obj = runtime.table_from(document, recursive=True)
    for library in ("os", "io", "package", "require", "debug"):
        runtime.globals()[library] = None
    said = runtime.execute(_SCRIPT)
    return said["status"], said["message"]


def _route(*conditions: tuple[str, str, str], observed: int = 2) -> dict[str, Any]:
    told = [{"type": kind, "status": status, "reason": why, "message": "words"} for kind, status, why in conditions]
    return {"metadata": {"generation": 2}, "status": {"observedGeneration": observed, "conditions": told}}


@pytest.mark.parametrize(("conditions", "health", "reason"), _TOLD.values(), ids=_TOLD.keys())
def test_health_follows_from_conditions(conditions: list[tuple[str, str, str]], health: str, reason: str) -> None:
    """The condition that counts is told with its reason and its words."""
    assert {kind for kind, _, _ in conditions} <= set(ConditionType)
    assert _health(_route(*conditions)) == (health, f"{reason}: words")


def test_what_was_said_of_an_older_spec_does_not_count() -> None:
    """A route that served is on its way again as soon as its spec changed."""
    assert _health(_route(_READY, _DONE, observed=1))[0] == "Progressing"


def test_a_route_that_nobody_looked_at_is_on_its_way() -> None:
    """Without a status, and with one that says nothing."""
    assert _health({"metadata": {"generation": 1}})[0] == "Progressing"
    assert _health(_route())[0] == "Progressing"
