"""The exact change of an action, made from the live route."""

import json
import shlex
from typing import Any

import pytest

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.incident.recommendation import Change, ChangeKind, Rollback
from sealane_investigator.recommend.exact_change import (
    BASE_URLS,
    FAMILIES,
    LONGEST_FIRST_BYTE,
    Parameters,
    Situation,
    exact_change,
    undo_command,
)
from sealane_investigator.recommend.json_patch import Step, is_valid
from tests.support.facts import change, diagnosis, event, facts, traffic
from tests.support.resources import provider, route, rule

_KEYED = provider(credential={"secretRef": {"name": "keys", "key": "api-key"}})
_LIVE = route("chat", "team", providers=[_KEYED, provider("zai")])


def _change(
    error_class: ErrorClass = ErrorClass.AUTH_INVALID_KEY,
    cause: Cause | None = None,
    *,
    live: Any = _LIVE,
    about: Any = None,
    known: Any = None,
    cluster: bool = True,
    parameters: Parameters | None = None,
) -> Change | None:
    said = diagnosis(error_class, cause=cause, evidence=("text", "fact:revision:team/chat@8"))
    return exact_change(
        Situation(
            event=event(**(about or {})),
            diagnosis=said,
            facts=facts(**(known or {})),
            live=live,
            cluster=cluster,
            parameters=parameters or Parameters(),
        )
    )


def _steps(found: Change | None) -> list[tuple[str, str, Any]]:
    assert found is not None
    assert found.kind is ChangeKind.KUBECTL
    patch = shlex.split(found.text)[-1].removeprefix("--patch=")
    return [(each["op"], each["path"], each["value"]) for each in json.loads(patch)]


def test_a_refused_key_is_replaced_without_being_shown() -> None:
    """It is read from the terminal, and stands in no history of commands."""
    found = _change()

    assert found == Change(
        kind=ChangeKind.KUBECTL,
        text="read -rsp 'New key: ' NEW_KEY && kubectl patch secret keys --namespace=team --type=merge "
        """--patch='{"stringData": {"api-key": "'"$NEW_KEY"'"}}'""",
    )


def test_a_provider_without_a_secret_has_no_key_to_replace() -> None:
    """Nor has a laptop, where keys are not in Secrets."""
    assert _change(live=route("chat", "team")) is None
    assert _change(cluster=False) is None
    assert _change(about={"provider": "nobody"}) is None


def test_nothing_is_rendered_for_another_route() -> None:
    """Or for one that could not be read."""
    assert _change(live=route("other", "team")) is None
    assert _change(live=None) is None


def test_the_base_url_before_the_revision_is_restored() -> None:
    """Guarded by what the revision wrote."""
    entry = "providers[moonshot].baseURL: https://api.moonshot.cn/v1 → https://api.moonshot.ai/v1"
    found = _change(cause=Cause.BAD_BASE_URL, known={"revisions": (change(entry),)})

    assert _steps(found) == [
        ("test", "/spec/providers/0/name", "moonshot"),
        ("test", "/spec/providers/0/baseURL", "https://api.moonshot.ai/v1"),
        ("replace", "/spec/providers/0/baseURL", "https://api.moonshot.cn/v1"),
    ]


def test_a_base_url_that_was_corrected_meanwhile_is_left_alone() -> None:
    """Its test would fail at the API server."""
    entry = "providers[moonshot].baseURL: https://api.moonshot.cn/v1 → https://wrong.example/v1"

    assert _change(cause=Cause.BAD_BASE_URL, known={"revisions": (change(entry),)}) is None
    assert _change(cause=Cause.BAD_BASE_URL, known={"revisions": (change("providers[moonshot]: added"),)}) is None


def test_a_laptop_gets_the_line_for_its_file() -> None:
    """There is nobody to patch."""
    entry = "providers[moonshot].baseURL: https://api.moonshot.cn/v1 → https://api.moonshot.ai/v1"
    found = _change(cause=Cause.BAD_BASE_URL, known={"revisions": (change(entry),)}, cluster=False)

    assert found == Change(
        kind=ChangeKind.PATCH, text='# spec.providers[moonshot]\nbaseURL: "https://api.moonshot.cn/v1"\n'
    )


def test_a_key_that_works_at_the_providers_other_region_takes_the_base_url_there() -> None:
    """The company stays the same, so the key meets nobody new."""
    known = {"traffic": (traffic(base_url_host="api.moonshot.cn"),)}

    assert _steps(_change(cause=Cause.AUTH_WRONG_ENDPOINT, known=known))[-1] == (
        "replace",
        "/spec/providers/0/baseURL",
        "https://api.moonshot.cn/v1",
    )


def test_a_kimi_coding_key_takes_the_base_url_to_its_platform() -> None:
    """Its prefix says where that is."""
    found = _change(cause=Cause.AUTH_WRONG_ENDPOINT, about={"credential_class": "sk-kimi-"})

    assert _steps(found)[-1][2] == "https://api.kimi.com/coding/v1"


@pytest.mark.parametrize("key_class", ["sk-or-", "sk-ant-", "id.secret"])
def test_a_key_of_another_company_is_replaced_instead(key_class: str) -> None:
    """A route that says Moonshot means Moonshot."""
    found = _change(cause=Cause.AUTH_WRONG_ENDPOINT, about={"credential_class": key_class})

    assert found is not None
    assert found.text.startswith("read -rsp")


def test_a_base_url_that_is_not_the_errors_any_more_is_left_alone() -> None:
    """The route has been changed since."""
    known = {"traffic": (traffic(base_url_host="api.moonshot.ai"),)}
    found = _change(cause=Cause.AUTH_WRONG_ENDPOINT, about={"base_url_host": "api.moonshot.cn"}, known=known)

    assert found is None


@pytest.mark.parametrize(
    ("now", "chosen", "wanted"), [(None, None, 100), (50, None, 25), (50, 10, 10), (50, 60, 25), (2, None, 1)]
)
def test_concurrency_is_only_ever_lowered(now: int | None, chosen: int | None, wanted: int) -> None:
    """Half, or what was chosen if that is less than now."""
    fields: dict[str, Any] = {} if now is None else {"maxConcurrency": now}
    live = route("chat", "team", providers=[provider(**fields)])
    found = _change(ErrorClass.RATE_LIMIT_CONCURRENCY, live=live, parameters=Parameters(concurrency=chosen))

    assert _steps(found)[-1][2] == wanted


def test_one_at_once_cannot_be_lowered() -> None:
    """It is the least there is."""
    live = route("chat", "team", providers=[provider(maxConcurrency=1)])

    assert _change(ErrorClass.RATE_LIMIT_CONCURRENCY, live=live) is None


@pytest.mark.parametrize(
    ("timeouts", "chosen", "path", "value"),
    [
        (None, None, "/spec/rules/0/timeouts", {"firstByte": "600s"}),
        ({"idle": "30s"}, None, "/spec/rules/0/timeouts/firstByte", "600s"),
        ({"firstByte": "90s"}, None, "/spec/rules/0/timeouts/firstByte", "180s"),
        ({"firstByte": "90s"}, 400, "/spec/rules/0/timeouts/firstByte", "400s"),
        ({"firstByte": "90s"}, 10, "/spec/rules/0/timeouts/firstByte", "180s"),
        ({"firstByte": "20m"}, None, "/spec/rules/0/timeouts/firstByte", "1800s"),
        ({"firstByte": "20m"}, 86_400, "/spec/rules/0/timeouts/firstByte", "1800s"),
    ],
)
def test_time_is_only_ever_raised(timeouts: Any, chosen: int | None, path: str, value: Any) -> None:
    """Twice as much, never less than everybody has now, and never without a bound."""
    live = route("chat", "team", rules=[rule(**({} if timeouts is None else {"timeouts": timeouts}))])
    steps = _steps(_change(ErrorClass.TIMEOUT_READ, live=live, parameters=Parameters(seconds=chosen)))

    assert steps == [("test", "/spec/rules/0/name", "kimi"), ("add", path, value)]


@pytest.mark.parametrize(
    "rules",
    [
        [rule(timeouts={"firstByte": f"{LONGEST_FIRST_BYTE:.0f}s"})],
        [rule(timeouts={"firstByte": "soon"})],
        [rule(), rule("b", "kimi-k")],
        [rule(targets=[{"provider": "zai"}])],
    ],
    ids=["longest", "unreadable", "two rules", "no rule"],
)
def test_time_is_not_raised_without_end_nor_by_guess(rules: Any) -> None:
    """The bound is reached, or nobody knows which rule it is."""
    live = route("chat", "team", providers=[provider(), provider("zai")], rules=rules)

    assert _change(ErrorClass.TIMEOUT_READ, live=live) is None


def test_a_failing_provider_loses_its_weight_where_others_serve() -> None:
    """A rule with no other target keeps it: the resource refuses a rule that nobody serves."""
    targets = [{"provider": "moonshot"}, {"provider": "zai", "weight": 1}]
    live = route("chat", "team", providers=[provider(), provider("zai")], rules=[rule(targets=targets)])
    error_class, cause = ErrorClass.PROVIDER_OVERLOADED, Cause.PROVIDER_INCIDENT

    assert _steps(_change(error_class, cause, live=live)) == [
        ("test", "/spec/rules/0/name", "kimi"),
        ("test", "/spec/rules/0/targets/0/provider", "moonshot"),
        ("add", "/spec/rules/0/targets/0/weight", 0),
    ]
    assert _change(error_class, cause, live=route("chat", "team")) is None


def test_a_cause_that_says_more_keeps_the_classs_change_away() -> None:
    """A key that is right at another address need not be replaced, for all that it was refused."""
    assert _change(cause=Cause.CONFIG_CHANGE) is None
    assert _change(cause=Cause.BAD_BASE_URL) is None


def test_every_base_url_that_may_be_proposed_is_admissible() -> None:
    """And each host of a family has one."""
    assert {host for family in FAMILIES for host in family} == set(BASE_URLS)
    for url in BASE_URLS.values():
        assert is_valid(route("chat", "team", providers=[provider(baseURL=url)]), laptop=False)


def test_a_rollback_is_the_command_that_a_person_types() -> None:
    """A candidate is given up, which is another verb."""
    back = Rollback(route="team/chat", from_revision=8, to_revision=7)

    assert undo_command(back, on_trial=False).text == (
        "kubectl sealane undo chat --to-revision=7 --namespace=team --wait"
    )
    assert undo_command(back, on_trial=True).text == "kubectl sealane abort chat --namespace=team --wait"
    assert Step("test", ("a",), 1).document == {"op": "test", "path": "/a", "value": 1}
