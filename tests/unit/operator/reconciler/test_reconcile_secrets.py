"""Secrets through the reconciler: asked for by name, waited for, and missed when they go."""

from dataclasses import replace

import pytest

from sealane_api.canonical import spec_hash
from sealane_api.ownership import Grant
from sealane_api.provider_route import RevisionSpec
from sealane_operator.judgement.claims import Grants
from sealane_operator.judgement.references import MAX_SECRETS
from sealane_operator.reconciler.secrets import MISSING_AT_ONCE, MISSING_SECONDS
from tests.support.fake_kube import FakeKube
from tests.support.resources import Document, edited, provider, route, rule
from tests.support.small_operator import SmallOperator

A = "team/a"
KEYED = provider(credential={"secretRef": {"name": "moonshot", "key": "api-key"}})


def _route(name: str, prefix: str = "kimi-", **spec: object) -> Document:
    return route(name, "team", **({"providers": [KEYED], "rules": [rule(prefix=prefix)]} | spec))


async def test_the_secrets_order_of_writes() -> None:
    """A Role holds the old and the new name while both revisions may serve."""
    operator = SmallOperator()
    operator.kube.secrets["team/other"] = frozenset({"api-key"})
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    changed = provider(credential={"secretRef": {"name": "other", "key": "api-key"}})
    operator.kube.apply(_route("a", providers=[changed]))
    count = len(operator.kube.writes)
    await operator.settle(A)

    assert operator.kube.writes[count:] == [
        "create team/a-2",
        "grant team moonshot,other",
        "status team/a",
        "label team/a-2 Candidate",
        "status team/a",
        "grant team other",
        "label team/a-2 Stable",
        "label team/a-1 Superseded",
    ]


async def test_a_missing_secret_is_waited_for() -> None:
    """Nobody tells when it comes, so it is asked for again soon."""
    operator = SmallOperator(FakeKube())
    operator.kube.apply(_route("a"))
    waits = await operator.look(A)
    refused = operator.conditions(A)
    operator.kube.secrets["team/moonshot"] = frozenset({"wrong"})
    operator.clock += MISSING_SECONDS
    await operator.look(A)
    wrong = operator.conditions(A)
    operator.kube.secrets["team/moonshot"] = frozenset({"api-key"})
    operator.clock += 60
    await operator.settle(A)

    assert waits == [MISSING_SECONDS]
    assert refused["ResolvedRefs"] == "False/SecretNotFound"
    assert refused["Ready"] == "False/RefsNotResolved"
    assert wrong["ResolvedRefs"] == "False/KeyNotFound"
    assert operator.conditions(A)["Ready"] == "True/Serving"


async def test_a_secret_that_goes_while_it_is_served_is_told() -> None:
    """Routers notice it; the operator asks again as soon as they say so, and once more until it is back."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    del operator.kube.secrets["team/moonshot"]
    operator.clock += MISSING_SECONDS
    await operator.look(A)
    unnoticed = operator.conditions(A)
    operator.fleet.routers = replace(operator.fleet.routers, problems=("there is no Secret moonshot (r1)",))
    waits = await operator.look(A)

    assert unnoticed["ResolvedRefs"] == "True/ResolvedRefs"
    assert operator.conditions(A)["ResolvedRefs"] == "False/SecretNotFound"
    assert operator.conditions(A)["Ready"] == "False/RefsNotResolved"
    assert waits == [MISSING_SECONDS]


@pytest.mark.parametrize(("keyless", "ready"), [(3, "False/RefsNotResolved"), (2, "True/Serving")])
async def test_a_key_that_no_router_can_use_is_told(keyless: int, ready: str) -> None:
    """The operator never looks into a Secret; while one router can use it the route serves."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    words = "revision 1 is served without all of its Secrets: key api-key of Secret moonshot: it holds a line end (r1)"
    operator.fleet.routers = replace(operator.fleet.routers, problems=(words,), keyless=keyless)
    operator.clock += 60
    await operator.settle(A)

    assert operator.conditions(A)["Ready"] == ready
    assert operator.message(A, "Ready") == (words if keyless == 3 else "revision 1 serves")
    assert operator.message(A, "Programmed") == f"every ready router holds the stable revision: {words}"


async def test_a_trial_needs_room_for_the_secrets_of_both_revisions() -> None:
    """Routers read at most 200 of a namespace, and would wait for the rest until the deadline."""
    operator = SmallOperator()
    many = {"secretRef": {"name": "moonshot", "key": "api-key"}}
    for number in range(MAX_SECRETS - 1):
        operator.kube.secrets[f"team/s{number}"] = frozenset({"api-key"})
    for first in range(0, MAX_SECRETS - 1, 10):
        keyed = [
            provider(f"p{number}", credential=edited(many, "secretRef.name", f"s{number}"))
            for number in range(first, min(first + 10, MAX_SECRETS - 1))
        ]
        only = rule(prefix=f"r{first}-", targets=[{"provider": keyed[0]["name"]}])
        operator.kube.apply(_route(f"r{first}", providers=keyed, rules=[only]))
        await operator.look(f"team/r{first}")
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.secrets["team/other"] = frozenset({"api-key"})
    other = provider(credential={"secretRef": {"name": "other", "key": "api-key"}})
    operator.kube.apply(_route("a", providers=[other]))
    await operator.settle(A)

    assert (operator.conditions(A)["Ready"], operator.stable(A)) == ("True/Serving", 1)
    assert operator.conditions(A)["ResolvedRefs"] == "False/RefNotPermitted"
    assert "would refer to 201 Secrets" in operator.message(A, "ResolvedRefs")


async def test_many_routes_that_lack_a_secret_share_the_time_of_the_api() -> None:
    """Each is asked for ever more rarely, and as often as before once the others have theirs or are gone."""
    operator = SmallOperator(FakeKube())
    names = [f"r{number}" for number in range(4 * MISSING_AT_ONCE)]
    for name in names:
        operator.kube.apply(_route(name, f"{name}-"))
        await operator.look(f"team/{name}")
    crowded = await operator.look(f"team/{names[0]}")
    for name in names[1:]:
        operator.kube.delete(f"team/{name}")
        await operator.look(f"team/{name}")
    alone = await operator.look(f"team/{names[0]}")

    assert (crowded, alone) == ([4 * MISSING_SECONDS], [MISSING_SECONDS])


@pytest.mark.parametrize("asked", ["given up", "refused", "not granted"])
async def test_the_secret_of_stable_matters_whatever_the_spec_asks_for(asked: str) -> None:
    """A spec that was given up, or is refused, refers to another Secret; what serves needs its own."""
    operator = SmallOperator()
    operator.kube.secrets["team/other"] = frozenset({"api-key"})
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    other = provider(credential={"secretRef": {"name": "other", "key": "api-key"}})
    changed = _route("a", providers=[other]) if asked == "given up" else _route("a", "glm-")
    if asked == "refused":
        changed = edited(_route("a", providers=[other]), "spec.rules.0.models", [{"regex": "("}])
    operator.kube.apply(changed)
    if asked == "not granted":
        operator.reconciler.regrant(Grants({"team": (Grant.parse("kimi-*"),)}))
    else:
        spec = RevisionSpec.model_validate({name: changed["spec"][name] for name in ("providers", "rules")})
        operator.kube.routes[A]["status"]["rejectedHashes"] = [spec_hash(spec)]
    await operator.settle(A)
    serving = operator.conditions(A)["Ready"]
    del operator.kube.secrets["team/moonshot"]
    operator.clock += 60
    waits = await operator.look(A)

    assert (serving, operator.stable(A)) == ("True/Serving", 1)
    assert operator.conditions(A)["Ready"] == "False/RefsNotResolved"
    assert "Secret team/moonshot does not exist" in operator.message(A, "Ready")
    assert waits == [MISSING_SECONDS]


async def test_secrets_that_may_not_be_read_stop_no_rollback() -> None:
    """The condition says so, what serves goes on, and a spec that returns ends its rollout."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.apply(_route("a", "glm-"))
    await operator.look(A)
    operator.kube.hidden = True
    operator.clock += 60
    await operator.look(A)
    hidden = operator.conditions(A)
    during = operator.kube.states(A)
    operator.kube.apply(_route("a"))
    await operator.look(A)

    assert (during, operator.kube.states(A)) == ({1: "Stable", 2: "Candidate"}, {1: "Stable", 2: "Superseded"})
    assert hidden["ResolvedRefs"] == "False/RefNotPermitted"
    assert hidden["Ready"] == "True/Serving"
