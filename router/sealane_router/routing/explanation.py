"""Says what would happen to a request for a model, by the functions that decide it, and sends nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from sealane_api.route_table import Limits, Provider, Target
from sealane_router.errors import MalformedRequest
from sealane_router.providers.registry import dialect_of
from sealane_router.providers.request_body import model_problem

from .matcher import Considered, Match, Matcher, model_not_found
from .splits import Arm, Outlook, Splits

#: What is known of a provider of an arm at run time; at least ``breaker`` (``closed``, ``open``, ``half-open``).
StateOf = Callable[[Provider, Arm], Mapping[str, Any]]
_StateOf = Callable[[Provider], Mapping[str, Any]]


def explain(
    matcher: Matcher, name: str, state_of: StateOf | None = None, *, splits: Splits | None = None
) -> dict[str, Any]:
    """What serves the model ``name``, as JSON values.

    ``state_of`` tells what a running router knows of a provider, and may add members to a target; without it
    every breaker is closed. ``splits`` are the candidates on trial: while one of them serves the model too, it is
    shown as ``candidate`` with its weight in percent; while it serves the model alone, it is what is shown, with
    the weight 100. Prompts and credentials have no part in it; of ``set``, the names are shown and not the values.
    """
    problem = model_problem(name)
    considered = [_considered(each) for each in matcher.considered(name)] if problem is None else []
    outlook = _outlook(matcher, name, splits) if problem is None else Outlook(None)
    match, arm = outlook.stable, Arm.STABLE
    if match is None:
        match, arm = outlook.candidate, Arm.CANDIDATE
    if match is None:
        return {
            "model": name,
            "route": None,
            "rule": None,
            "revision": None,
            "targets": [],
            "limits": None,
            "considered": considered,
            "error": _error(name, problem),
        }
    shown = {
        "model": name,
        "route": match.route.key,
        "rule": match.rule.name,
        "revision": match.route.revision,
        "targets": _targets(match, name, _of_arm(state_of, arm)),
        "limits": _limits(match.rule.limits),
        "considered": considered,
        "error": None,
    }
    if outlook.candidate is not None:
        shown["candidate"] = _candidate(outlook.candidate, name, outlook.weight, _of_arm(state_of, Arm.CANDIDATE))
    return shown


def _outlook(matcher: Matcher, name: str, splits: Splits | None) -> Outlook:
    return Outlook(matcher.match(name)) if splits is None else splits.outlook(name)


def _candidate(match: Match, name: str, weight: int, state_of: _StateOf | None) -> dict[str, Any]:
    return {
        "revision": match.route.revision,
        "rule": match.rule.name,
        "weight": weight,
        "targets": _targets(match, name, state_of),
    }


def _of_arm(state_of: StateOf | None, arm: Arm) -> _StateOf | None:
    return None if state_of is None else lambda provider: state_of(provider, arm)


def _error(name: str, problem: str | None) -> dict[str, str]:
    error = model_not_found(name) if problem is None else MalformedRequest(problem)
    return {"code": error.code, "message": error.message}


def _targets(match: Match, name: str, state_of: _StateOf | None) -> list[dict[str, Any]]:
    """By weight, as most requests meet them, then the fallback in its order."""
    by_weight = sorted(match.rule.targets, key=lambda target: -target.weight)
    shown = [_target(target, match, name, state_of, fallback=False) for target in by_weight]
    if match.rule.fallback is not None:
        shown += [_target(target, match, name, state_of, fallback=True) for target in match.rule.fallback.targets]
    return shown


def _target(target: Target, match: Match, name: str, state_of: _StateOf | None, *, fallback: bool) -> dict[str, Any]:
    provider = target.provider
    forwarded = target.model or match.canonical
    state = {} if state_of is None else state_of(provider)
    shown = {
        "provider": provider.name,
        "baseURL": provider.base_url,
        "model": forwarded,
        "weight": target.weight,
        "fallback": fallback,
        "breaker": "closed",
        "edits": _edits(target, match, name, forwarded),
    }
    return shown | {member: value for member, value in state.items() if member == "breaker" or member not in shown}


def _edits(target: Target, match: Match, name: str, forwarded: str) -> dict[str, Any]:
    """How the body that this target gets differs from the client's."""
    other_model = target.model is not None and target.model != match.canonical
    renames = dialect_of(target.provider.dialect).renames_for_other_model if other_model else {}
    return {
        "model": forwarded if forwarded != name else None,
        "set": sorted(target.set),
        "remove": list(target.remove),
        "rename": dict(renames),
    }


def _limits(limits: Limits) -> dict[str, int | None]:
    return {
        "requestsPerMinute": limits.requests_per_minute,
        "tokensPerMinute": limits.tokens_per_minute,
    }


def _considered(each: Considered) -> dict[str, Any]:
    pattern = None if each.pattern is None else {each.pattern.kind.value: each.pattern.text}
    return {
        "route": each.route.key,
        "rule": each.rule.name,
        "pattern": pattern,
        "matched": each.matched,
        "serves": each.serves,
        "reason": each.reason,
    }
