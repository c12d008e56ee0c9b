"""The exact change that an action calls for, made from the live route; None where there is none that is sure to fit.

Nothing here is taken from an error's text or from a model: names come from the live object, values from tables, and
numbers within bounds.
"""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sealane_api.diagnosis.error_class import Action, Cause
from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_api.durations import parse_duration
from sealane_investigator.causes.changes import Kind, read
from sealane_investigator.causes.endpoints import right_hosts
from sealane_investigator.causes.from_facts import blamed
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.recommendation import Change, ChangeKind, Rollback
from sealane_kube.raw import Raw

from .json_patch import Step, fragment, patch_command
from .live_route import key_of, provider_of, rules_of

#: Where each platform's OpenAI-compatible API begins, by host; only these are ever proposed as a base URL.
BASE_URLS = {
    "api.moonshot.ai": "https://api.moonshot.ai/v1",
    "api.moonshot.cn": "https://api.moonshot.cn/v1",
    "api.kimi.com": "https://api.kimi.com/coding/v1",
    "api.z.ai": "https://api.z.ai/api/paas/v4",
    "open.bigmodel.cn": "https://open.bigmodel.cn/api/paas/v4",
}

#: Hosts of one provider: a key of one of them never leaves the company when the base URL goes to another.
FAMILIES = (
    frozenset({"api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"}),
    frozenset({"api.z.ai", "open.bigmodel.cn"}),
)

#: Seconds: the longest time to first content that is ever proposed, and what is proposed where a rule says nothing:
#: then streams have 60 s and all others 600 s, and nobody may get less than before.
LONGEST_FIRST_BYTE = 1_800.0
UNSET_FIRST_BYTE = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Numbers that somebody may choose within bounds: seconds to first content, attempts at once."""

    seconds: int | None = None
    concurrency: int | None = None


#: Nobody chose anything.
NO_PARAMETERS = Parameters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a recommendation is made from.

    ``live`` is the ProviderRoute as it is now, None where it could not be read. ``cluster`` tells whether there is a
    Kubernetes API; without one a change is a fragment of a route file, and there is no rollback.
    """

    event: ErrorEvent
    diagnosis: Diagnosis
    facts: Facts
    live: Raw | None = None
    cluster: bool = True
    parameters: Parameters = NO_PARAMETERS


def undo_command(rollback: Rollback, *, on_trial: bool) -> Change:
    """Return the command that a person types for a rollback; ``on_trial`` gives a candidate up instead."""
    namespace, _, name = rollback.route.partition("/")
    verb = ["abort", name] if on_trial else ["undo", name, f"--to-revision={rollback.to_revision}"]
    words = ["kubectl", "sealane", *verb, f"--namespace={namespace}", "--wait"]
    return Change(kind=ChangeKind.KUBECTL, text=" ".join(shlex.quote(word) for word in words))


def exact_change(situation: Situation) -> Change | None:
    """Return the change of the cause, else of the class; None where neither has one that fits the live route."""
    live = situation.live
    if live is None or (situation.event.route or "") != key_of(live):
        return None
    diagnosis = situation.diagnosis
    by_cause = _BY_CAUSE.get(diagnosis.cause) if diagnosis.cause is not None else None
    found = by_cause(situation, live) if by_cause is not None else None
    by_action = _BY_ACTION.get(diagnosis.action)
    if found is None and by_action is not None and diagnosis.cause not in _NOT_BY_ACTION:
        found = by_action(situation, live)
    return found


def _shown(situation: Situation, live: Raw, steps: list[Step]) -> Change | None:
    return patch_command(live, steps) if situation.cluster else fragment(live, steps)


def _restored_address(situation: Situation, live: Raw) -> Change | None:
    """The base URL as it was before the revision that is blamed."""
    change = blamed(situation.diagnosis, situation.facts)
    for entry in map(read, change.changed if change is not None else ()):
        if entry.kind is Kind.BASE_URL and entry.provider == situation.event.provider and entry.before:
            member = "messagesBaseURL" if ".messagesBaseURL:" in entry.text else "baseURL"
            return _member_of_provider(situation, live, member, entry.before, expected=entry.after)
    return None


def _right_address(situation: Situation, live: Raw) -> Change | None:
    """The base URL of the same company where the key belongs; else a key that belongs to the base URL."""
    event = situation.event
    family = next((each for each in FAMILIES if event.base_url_host in each), frozenset[str]())
    working = [
        each.base_url_host
        for each in situation.facts.traffic
        if event.credential and each.credential == event.credential and each.successes > 0
    ]
    hosts = [host for host in (*working, *right_hosts(event.credential_class or "")) if host in family]
    hosts = [host for host in hosts if host != event.base_url_host]
    if not hosts:
        return _new_key(situation, live)
    provider = provider_of(live, event.provider)
    now = str(provider.raw.get("baseURL", "")) if provider is not None else ""
    if urlsplit(now).hostname != event.base_url_host:
        return None
    return _member_of_provider(situation, live, "baseURL", BASE_URLS[hosts[0]], expected=now)


def _new_key(situation: Situation, live: Raw) -> Change | None:
    """The command that puts a key into the Secret of the provider, which reads it without showing it."""
    provider = provider_of(live, situation.event.provider)
    if provider is None or provider.secret is None or not situation.cluster:
        return None
    (secret, entry), namespace = provider.secret, key_of(live).partition("/")[0]
    body = json.dumps({"stringData": {entry: "NEW_KEY"}}).replace('"NEW_KEY"', '"\'"$NEW_KEY"\'"')
    target = " ".join(shlex.quote(word) for word in ("secret", secret, f"--namespace={namespace}"))
    text = f"read -rsp 'New key: ' NEW_KEY && kubectl patch {target} --type=merge --patch='{body}'"
    return Change(kind=ChangeKind.KUBECTL, text=text)


def _fewer_at_once(situation: Situation, live: Raw) -> Change | None:
    """Half as many attempts at once, or as many as somebody chose, and always fewer than now."""
    provider = provider_of(live, situation.event.provider)
    if provider is None:
        return None
    now = provider.raw.get("maxConcurrency", 200)
    if not isinstance(now, int) or now <= 1:
        return None
    chosen = situation.parameters.concurrency
    wanted = chosen if chosen is not None and 1 <= chosen < now else now // 2
    return _member_of_provider(situation, live, "maxConcurrency", wanted, expected=provider.raw.get("maxConcurrency"))


def _more_time(situation: Situation, live: Raw) -> Change | None:
    """Twice the time to first content for the one rule that it is about, or longer where somebody chose so."""
    rules = rules_of(live, situation.event.provider, situation.event.model)
    if len(rules) != 1:
        return None
    rule = rules[0]
    timeouts = rule.raw.get("timeouts")
    written = timeouts.get("firstByte") if isinstance(timeouts, Mapping) else None
    try:
        now = parse_duration(str(written)) if written is not None else UNSET_FIRST_BYTE / 2
    except ValueError:
        return None
    if now >= LONGEST_FIRST_BYTE:
        return None
    wanted = max(now * 2, float(situation.parameters.seconds or 0))
    value = f"{round(min(wanted, LONGEST_FIRST_BYTE))}s"
    place: tuple[str | int, ...] = ("spec", "rules", rule.at)
    named = Step("test", (*place, "name"), rule.raw.get("name"))
    if isinstance(timeouts, Mapping):
        return _shown(situation, live, [named, Step("add", (*place, "timeouts", "firstByte"), value)])
    return _shown(situation, live, [named, Step("add", (*place, "timeouts"), {"firstByte": value})])


def _elsewhere(situation: Situation, live: Raw) -> Change | None:
    """No weight for the targets of the failing provider, where the rule has others that serve."""
    rules = rules_of(live, situation.event.provider, situation.event.model)
    if len(rules) != 1:
        return None
    rule, provider = rules[0], situation.event.provider
    place: tuple[str | int, ...] = ("spec", "rules", rule.at)
    steps = [Step("test", (*place, "name"), rule.raw.get("name"))]
    for at, target in enumerate(rule.targets):
        if target.get("provider") == provider and target.get("weight", 100) != 0:
            steps.append(Step("test", (*place, "targets", at, "provider"), provider))
            steps.append(Step("add", (*place, "targets", at, "weight"), 0))
    return _shown(situation, live, steps) if len(steps) > 1 else None


def _member_of_provider(situation: Situation, live: Raw, member: str, value: Any, *, expected: Any) -> Change | None:
    provider = provider_of(live, situation.event.provider)
    if provider is None:
        return None
    place: tuple[str | int, ...] = ("spec", "providers", provider.at)
    steps = [Step("test", (*place, "name"), provider.raw.get("name"))]
    if expected is None:
        steps.append(Step("add", (*place, member), value))
    else:
        steps += [Step("test", (*place, member), expected), Step("replace", (*place, member), value)]
    return _shown(situation, live, steps)


_Maker = Callable[[Situation, Raw], Change | None]

_BY_CAUSE: dict[Cause, _Maker] = {
    Cause.AUTH_WRONG_ENDPOINT: _right_address,
    Cause.KEY_FIELD_MISFILLED: _new_key,
    Cause.PROVIDER_INCIDENT: _elsewhere,
    Cause.BAD_BASE_URL: _restored_address,
}

#: Causes for which the change of the class would mend the wrong thing.
_NOT_BY_ACTION = frozenset({Cause.BAD_BASE_URL, Cause.CONFIG_CHANGE, Cause.ALIAS_NOT_MAPPED, Cause.AUTH_WRONG_ENDPOINT})

_BY_ACTION: dict[Action, _Maker] = {
    Action.FIX_CREDENTIAL: _new_key,
    Action.LOWER_CONCURRENCY: _fewer_at_once,
    Action.RAISE_TIMEOUT: _more_time,
    Action.FAIL_OVER: _elsewhere,
}
