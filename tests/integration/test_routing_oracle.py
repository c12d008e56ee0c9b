"""Random tables and names: the router's decision is the one that the architecture page asks for."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from sealane_router.routing.explanation import explain
from sealane_router.routing.files import load_routes
from sealane_router.routing.matcher import Matcher
from tests.support.oracle import Oracle, Verdict, Way, is_name
from tests.support.random_tables import random_name, random_table

_BLOCKS = 4
_TABLES_PER_BLOCK = 500
_NAMES_PER_TABLE = 100


@pytest.mark.slow
@pytest.mark.parametrize("block", range(_BLOCKS))
def test_any_table_says_of_any_name_what_the_oracle_says(block: int, tmp_path: Path) -> None:
    """200,000 random pairs of name and table: the matcher and explain never differ from the naive reading."""
    file = tmp_path / "routes.yaml"
    seen: Counter[str] = Counter()
    for seed in range(block * _TABLES_PER_BLOCK, (block + 1) * _TABLES_PER_BLOCK):
        random = Random(seed)
        table = random_table(random)
        file.write_text(table.yaml(), encoding="utf-8")
        matcher = Matcher(load_routes([file], laptop=False).table)
        oracle = Oracle(table.documents)
        for nth in range(_NAMES_PER_TABLE):
            name = random_name(random, table)
            verdict = oracle.judge(name)
            wrong = _wrong_match(matcher, name, verdict)
            # Explaining costs ten times as much as matching: every fourth name is enough of it.
            wrong = wrong or (_wrong_explanation(matcher, name, verdict) if nth % 4 == 0 else None)
            assert wrong is None, f"random_table(Random({seed})), name {nth} {name!a}: {wrong}\n{table.yaml()}"
            seen[_kind(verdict, name)] += 1

    # Few of a kind would mean that the names miss what they are made for.
    assert all(seen[kind] > 50 for kind in _KINDS), seen
    assert seen.total() == _TABLES_PER_BLOCK * _NAMES_PER_TABLE


_KINDS = ("exact", "prefix", "regex", "alias exact", "alias prefix", "alias regex", "unknown", "no name")


def _kind(verdict: Verdict | None, name: str) -> str:
    if verdict is None:
        return "unknown" if is_name(name) else "no name"
    return verdict.kind if verdict.alias is None else f"alias {verdict.kind}"


def _wrong_match(matcher: Matcher, name: str, verdict: Verdict | None) -> str | None:
    """What is wrong with the hot path's decision; what is no name never comes to it."""
    if not is_name(name):
        return None
    match = matcher.match(name)
    if match is None or verdict is None:
        return None if (match is None) == (verdict is None) else f"matched {match}, and the oracle says {verdict}"
    fallback = match.rule.fallback
    ways = [
        Way(target.provider.name, target.provider.base_url, target.model or match.canonical, target.weight, later)
        for later, targets in ((False, match.rule.targets), (True, fallback.targets if fallback else ()))
        for target in targets
    ]
    when = frozenset(each.value for each in fallback.when) if fallback else frozenset()
    found = (match.route.key, match.rule.name, match.alias, ways, when)
    expected = (verdict.route, verdict.rule, verdict.alias, list(verdict.ways), verdict.when)
    return None if found == expected else f"matched {found}, and the oracle says {expected}"


def _wrong_explanation(matcher: Matcher, name: str, verdict: Verdict | None) -> str | None:
    told = explain(matcher, name)
    serving = [(each["route"], each["rule"]) for each in told["considered"] if each["serves"]]
    if verdict is None:
        code = "model_not_found" if is_name(name) else "invalid_request"
        if told["error"] is not None and told["error"]["code"] == code and not serving and not told["targets"]:
            return None
        return f"explained as {told}, and nobody serves it ({code})"
    ways = [
        Way(each["provider"], each["baseURL"], each["model"], each["weight"], each["fallback"])
        for each in told["targets"]
    ]
    by_weight = sorted(verdict.ways, key=lambda way: (way.fallback, 0 if way.fallback else -way.weight))
    found = (told["error"], told["route"], told["rule"], serving, ways)
    expected = (None, verdict.route, verdict.rule, [(verdict.route, verdict.rule)], by_weight)
    return None if found == expected else f"explained as {found}, and the oracle says {expected}"
