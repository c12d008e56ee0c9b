"""Which faults a request meets."""

import pytest

from sealane_cli.stub.counters import RecordedRequest
from sealane_cli.stub.fault_plan import FaultPlan
from sealane_cli.stub.faults import Fault, FaultError


def _request(header: str = "", model: str = "kimi-k3") -> RecordedRequest:
    headers = {"x-stub-fault": header} if header else {}
    return RecordedRequest("POST", "/v1/chat/completions", headers, b"", model, None)


def test_the_header_decides_before_everything_else() -> None:
    """Model name, predicate, script and default are not asked."""
    plan = FaultPlan("moonshot")
    plan.default, plan.script = Fault("cut"), (Fault("stall"),)

    assert set(plan.choose(_request("reset", model="kimi-k3+glued"))) == {"reset"}
    assert plan.script == (Fault("stall"),)


def test_the_model_name_carries_faults() -> None:
    """Each plus sign begins one."""
    faults = FaultPlan("moonshot").choose(_request(model="kimi-k3+status=500+delay=0.5"))

    assert (faults["status"].whole, faults["delay"].number) == (500, 0.5)


def test_a_fault_for_another_personality_is_no_fault() -> None:
    """The default stands in for it."""
    plan = FaultPlan("zai")
    plan.default = Fault("delay", 2)

    assert set(plan.choose(_request("moonshot/status:500, zai/cut"))) == {"cut"}
    assert set(plan.choose(_request("moonshot/status:500"))) == {"delay"}


def test_a_script_is_consumed_one_entry_a_request() -> None:
    """None is a normal answer; after the last entry the default holds."""
    plan = FaultPlan("moonshot")
    plan.script = [Fault("cut"), None, (Fault("delay", 1), Fault("reset"))]

    chosen = [set(plan.choose(_request())) for _ in range(4)]

    assert chosen == [{"cut"}, set(), {"delay", "reset"}, set()]


def test_a_predicate_picks_its_requests() -> None:
    """Others meet the default."""
    plan = FaultPlan("moonshot")
    plan.default = Fault("stall")
    plan.when(lambda request: request.model == "kimi-k3", None)

    assert set(plan.choose(_request())) == set()
    assert set(plan.choose(_request(model="kimi-k2.6"))) == {"stall"}


def test_clear_drops_everything() -> None:
    """Header and model name remain."""
    plan = FaultPlan("moonshot")
    plan.default, plan.script = Fault("cut"), [Fault("cut")]
    plan.when(lambda _: True, Fault("cut"))
    plan.clear()

    assert plan.choose(_request()) == {}


def test_script_and_predicates_are_bounded() -> None:
    """Neither grows for ever."""
    plan = FaultPlan("moonshot")
    with pytest.raises(ValueError, match="at most 10000"):
        plan.script = [None] * 10_001
    for _ in range(100):
        plan.when(lambda _: False, None)
    with pytest.raises(ValueError, match="at most 100"):
        plan.when(lambda _: False, None)


def test_an_unknown_fault_is_an_error() -> None:
    """A misspelt fault must not look like a healthy provider."""
    with pytest.raises(FaultError):
        FaultPlan("moonshot").choose(_request(model="kimi-k3+statsu=500"))


def test_slow_reading_is_known_from_the_head() -> None:
    """Header first, then the default."""
    plan = FaultPlan("moonshot")
    plan.default = Fault("slow-read", 0.5)

    assert (plan.slow_read("slow-read:0.2"), plan.slow_read(""), plan.slow_read("cut")) == (0.2, 0.5, 0.0)
