"""A bad change is taken back in seconds, by itself, and harms no more than its share."""

import pytest

from sealane_cli.stub.faults import Fault
from tests.support.cluster import free_ports
from tests.support.proof_rollback import Rollback, rolled_back, summary
from tests.support.proof_scene import Chat, Figures, Scale
from tests.support.sealane_world import World
from tests.support.this_machine import this_machine
from tests.support.traffic import Asked

#: DESIGN: an abrupt failure is rolled back in under 15 s.
_BOUND = 15.0
#: A rollback in thirty thousand harms more requests than so many standard deviations allow; with three, one in 700.
_DEVIATIONS = 4.0


@pytest.fixture
def chat(sealane: World, scale: Scale) -> Chat:
    """Holds long enough for an abrupt failure to be found in the first of them."""
    made = Chat(sealane, steps=((10, 30), (50, 30)), bake=scale.bake)
    made.serve()
    return made


def _judge(runs: list[Rollback], scenario: str, figures: Figures) -> None:
    assert max(run.seconds for run in runs) < _BOUND, summary(runs)
    assert all(run.reason == "ErrorRateExceeded" for run in runs)
    assert [run for run in runs if run.harmed > run.allowed(_DEVIATIONS)] == []
    harmed, asked = sum(run.harmed for run in runs), sum(run.asked for run in runs)
    figures.add(scenario, f"time to roll back, {len(runs)} runs", summary(runs), f"p99 < {_BOUND:g} s")
    figures.add(
        scenario,
        "requests harmed until then",
        f"{harmed} of {asked} ({harmed / asked:.1%})",
        f"at most {sum(run.allowed() for run in runs):.0f} ({max(run.weight for run in runs)} % of them, and chance)",
    )


def test_a_change_that_breaks_a_fifth_of_requests(sealane: World, chat: Chat, scale: Scale, figures: Figures) -> None:
    """Each time; and ``kubectl describe`` shows why."""
    sealane.stubs.break_every("flaky", 5, Fault("status", 500))
    with sealane.traffic() as clients:
        runs = [
            rolled_back(chat, clients, lambda: chat.apply("flaky"), lambda each: not each.good)
            for _ in range(scale.runs)
        ]
    _judge(runs, "20 % of requests broken", figures)
    described = sealane("describe", "providerroute", "chat")

    assert "RolledBack" in described
    assert runs[-1].evidence
    assert runs[-1].evidence in " ".join(described.split())
    assert sealane.condition("Stalled") == "True/RolledBack"


def test_a_wrong_model_name(sealane: World, chat: Chat, scale: Scale, figures: Figures) -> None:
    """The provider's 404 is the client's fault to a breaker, and the candidate's fault to the analysis."""

    def harmed(each: Asked) -> bool:
        return each.status in {400, 404}

    with sealane.traffic() as clients:
        runs = [
            rolled_back(chat, clients, lambda: chat.apply(model="kimi-k4-preview"), harmed)
            for _ in range(3 if scale.full else 1)
        ]
    _judge(runs, "A wrong model name", figures)

    assert sum(run.harmed for run in runs) > 0


def test_a_failure_that_fallback_hides(sealane: World, chat: Chat, scale: Scale, figures: Figures) -> None:
    """No client notices anything, and the candidate is taken back all the same."""
    sealane.stubs["flaky"].fault = Fault("status", 500)
    with sealane.traffic() as clients:
        first = chat.edition + 1
        runs = [
            rolled_back(
                chat,
                clients,
                lambda: chat.apply("flaky", spare="spare"),
                lambda each: each.revision == str(chat.edition),
            )
            for _ in range(3 if scale.full else 1)
        ]
        failed = [each for each in clients.seen if not each.good]
    _judge(runs, "A failure hidden by fallback", figures)

    assert [run.revision for run in runs] == list(range(first, chat.edition + 1))
    assert failed == []


def test_a_bad_base_url_never_opens_the_breaker_of_stable(sealane: World, chat: Chat, figures: Figures) -> None:
    """Nobody listens where the candidate's provider should be; stable's provider of the same name stays closed."""
    states: set[str] = set()
    (port,) = free_ports(1)

    def look() -> None:
        states.update(router.breaker(f"{sealane.namespace}/chat", "moonshot") for router in sealane.routers)

    with sealane.traffic() as clients:
        run = rolled_back(
            chat,
            clients,
            lambda: chat.apply(base=f"http://{this_machine().host}:{port}/v1"),
            lambda each: not each.good,
            look,
        )
        failed = [each for each in clients.seen if not each.good]

    assert states == {"closed"}
    assert run.harmed > 0
    assert {each.revision for each in failed} <= {str(run.revision), "-"}
    figures.add("A bad base URL", "stable's breaker meanwhile", "closed at every look", "closed")
    figures.add("A bad base URL", "time to roll back", summary([run]), f"< {_BOUND:g} s")
