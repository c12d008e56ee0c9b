"""The refusals of a route, to the letter: where, what was found and what to write instead."""

from typing import Any

import pytest

from tests.support.resources import ABSENT, FULL, edited, provider, said

NAME = "write a name of 1 to 63 lower-case letters, digits and '-', with no '-' at either end"
MODEL = "write a text of 1 to 256 characters without control characters"
DURATION = "write a duration such as 30s, 5m or 1h30m, at least 1ms"
URL = "write a URL such as https://api.moonshot.ai/v1, at most 512 characters"
NEVER_INLINE = (
    "a key is never written in a route: put it in a Secret and write "
    "credential: {secretRef: {name: moonshot, key: api-key}}"
)
SECRET_KEY = "write the key of an entry in that Secret, such as api-key"
OTHER_HOST = (
    "found another scheme, host or port than baseURL has; a credential belongs to one host: "
    "write another provider for the other one"
)
PROVIDER_FIELDS = (
    "name, dialect, baseURL, messagesBaseURL, credential, maxConcurrency, tls, breaker, healthCheck, allowInsecure"
)
HIDDEN = "found a value (not shown, text)"
WHOLE = "write a whole number"
A_LIST = "write a list, each item after '- '"
CONDITIONS = (
    "write one of Unauthorized, QuotaExhausted, RateLimited, Overloaded, ServerError, Timeout, Connect, BreakerOpen"
)


#: (path in FULL, what is written there, what is said about it); what begins with . or [ is said of a part below.
REFUSED: list[tuple[str, Any, str]] = [
    ("apiVersion", "v1", "found 'v1'; write sealane.dev/v1alpha1"),
    ("apiVersion", ABSENT, "missing; add apiVersion: sealane.dev/v1alpha1"),
    ("kind", ABSENT, "missing; add kind: ProviderRoute"),
    ("metadata", ABSENT, "missing; add metadata with name"),
    ("metadata", "assistants", "found 'assistants'; write a mapping with name"),
    (
        "metadata.name",
        ABSENT,
        "missing; add name: a name of 1 to 63 lower-case letters, digits and '-', with no '-' at either end",
    ),
    ("metadata.name", "My_Route", f"found 'My_Route'; {NAME}"),
    ("metadata.name", 12, f"found 12 (integer); {NAME}: put it in quotes"),
    ("metadata.labls", {}, "found an unknown field; write labels"),
    ("metadata.labels", {"v": 1}, ".v: found 1 (integer); write a text: put it in quotes"),
    (
        "metadata.creationTimestamp",
        "yesterday",
        "found 'yesterday'; write a time such as 2026-11-22T23:00:00Z, or remove it: the API server writes it",
    ),
    ("spec", ABSENT, "missing; add spec with providers, rules"),
    ("spec", [], "found an empty list; write a mapping with providers, rules"),
    ("spec.providers", ABSENT, "missing; add providers, a list of items with name, baseURL"),
    ("spec.providers", [], "found an empty list; write at least 1 item"),
    ("spec.providers", {"moonshot": {}}, f"found a mapping of 1; {A_LIST}"),
    ("spec.providers", [provider(f"p{number}") for number in range(17)], "found a list of 17; write at most 16"),
    ("spec.providers.0.name", "Moonshot", f"found 'Moonshot'; {NAME}"),
    ("spec.providers.0.name", True, f"found true (boolean); {NAME}: put it in quotes"),
    ("spec.providers.0.name", 1.5, f"found 1.5 (number); {NAME}: put it in quotes"),
    (
        "spec.providers.0.name",
        "a" * 64,
        f"found 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'; {NAME}",
    ),
    ("spec.providers.0.dialect", "moonshot", "found 'moonshot'; write Moonshot, Zai or OpenAI"),
    (
        "spec.providers.0.baseURL",
        ABSENT,
        "missing; add baseURL: a URL such as https://api.moonshot.ai/v1, at most 512 characters",
    ),
    ("spec.providers.0.baseURL", "api.moonshot.ai", f"found 'api.moonshot.ai'; {URL}"),
    (
        "spec.providers.0.baseURL",
        "https://h/" + "a" * 503,
        f"found 'https://h/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'… (513 characters); {URL}",
    ),
    ("spec.providers.0.base_url", "https://h", "found an unknown field; write baseURL"),
    ("spec.providers.0.baseURl", "https://h", "found an unknown field; write baseURL"),
    (
        "spec.providers.0.baseURL",
        "https://user:hunter2@host/v1",
        "found user info (not shown); write scheme, host and path only: a key goes into credential.secretRef",
    ),
    (
        "spec.providers.0.messagesBaseURL",
        "https://api.moonshot.cn/anthropic",
        OTHER_HOST,
    ),
    ("spec.providers.0.credential", "sk-hunter2", f"{HIDDEN}; {NEVER_INLINE}"),
    ("spec.providers.0.credential", {}, ".secretRef: missing; add secretRef with name, key"),
    ("spec.providers.0.credential.secretRef", "hunter2", f"{HIDDEN}; {NEVER_INLINE}"),
    (
        "spec.providers.0.credential.secretRef.name",
        "hunter2/x",
        f"{HIDDEN}; write the name of a Secret, such as moonshot",
    ),
    (
        "spec.providers.0.credential.secretRef.key",
        12,
        f"found a value (not shown, integer); {SECRET_KEY}: put it in quotes",
    ),
    (
        "spec.providers.0.credential.secretRef.key",
        ABSENT,
        "missing; add key: the key of an entry in that Secret, such as api-key",
    ),
    ("spec.providers.0.apiKey", "hunter2", f"found an unknown field; {NEVER_INLINE}"),
    ("spec.providers.0.token", "hunter2", f"found an unknown field; {NEVER_INLINE}"),
    (
        "spec.providers.0.headers",
        {"Authorization": "hunter2"},
        f"found an unknown field; write one of {PROVIDER_FIELDS}",
    ),
    ("spec.providers.0.maxConcurrency", 0, f"found 0 (integer); {WHOLE}, 1 or more"),
    ("spec.providers.0.maxConcurrency", "200", f"found '200'; {WHOLE}, 1 or more: remove the quotes"),
    ("spec.providers.0.maxConcurrency", 1.5, f"found 1.5 (number); {WHOLE}, 1 or more"),
    (
        "spec.providers.0.tls.serverName",
        "https://api",
        "found 'https://api'; write the host name the certificate must carry, such as api.moonshot.ai",
    ),
    ("spec.providers.0.tls.insecureSkipVerify", True, "found an unknown field; write one of serverName, caRef"),
    ("spec.providers.0.breaker.window", 30, f"found 30 (integer); {DURATION}"),
    ("spec.providers.0.breaker.window", "1d", f"found '1d'; {DURATION}"),
    ("spec.providers.0.breaker.failurePercent", 101, f"found 101 (integer); {WHOLE} from 1 to 100"),
    ("spec.providers.0.breaker.failurePercent", "50%", f"found '50%'; {WHOLE} from 1 to 100"),
    ("spec.providers.0.breaker.maxOpenFor", "5s", "found 5s, less than openFor; write at least 10s"),
    (
        "spec.providers.0.healthCheck.path",
        "models",
        "found 'models'; write a path below baseURL such as /models, without query",
    ),
    ("spec.providers.0.allowInsecure", "true", "found 'true'; write true or false: remove the quotes"),
    ("spec.providers.0.allowInsecure", 1, "found 1 (integer); write true or false"),
    ("spec.rules", ABSENT, "missing; add rules, a list of items with name, models, targets"),
    ("spec.rules.1.name", "kimi", "found 'kimi' a second time (first at spec.rules[0]); write a name of its own"),
    ("spec.rules.0.critical", "yes", "found 'yes'; write true or false"),
    ("spec.rules.0.models", ABSENT, "missing; add models, a list of items with exact, prefix, regex"),
    ("spec.rules.0.models", [], "found an empty list; write at least 1 item"),
    ("spec.rules.0.models.0", "kimi-", "found 'kimi-'; write a mapping with exact, prefix, regex"),
    ("spec.rules.0.models.0.prefix", 12, f"found 12 (integer); {MODEL}: put it in quotes"),
    ("spec.rules.0.models.0.prefix", True, f"found true (boolean); {MODEL}: put it in quotes"),
    ("spec.rules.0.models.0.prefix", "", f"found ''; {MODEL}"),
    ("spec.rules.0.models.0.prefix", "a\x00", f"found 'a\\x00'; {MODEL}"),
    (
        "spec.rules.0.models.0.prefix",
        "x" * 257,
        f"found 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'… (257 characters); {MODEL}",
    ),
    ("spec.rules.0.models.0", {}, "found none of exact, prefix and regex; write exactly one of them"),
    (
        "spec.rules.0.models.0",
        {"exact": "a", "regex": "b"},
        "found exact and regex of exact, prefix and regex; write exactly one of them",
    ),
    ("spec.rules.0.models.0", {"suffix": "a"}, ".suffix: found an unknown field; write one of exact, prefix, regex"),
    ("spec.rules.0.targets", ABSENT, "missing; add targets, a list of items with provider"),
    ("spec.rules.0.targets", [], "found an empty list; write at least 1 item"),
    ("spec.rules.0.targets", {"provider": "zai"}, f"found a mapping of 1; {A_LIST}"),
    (
        "spec.rules.0.targets.0.provider",
        ABSENT,
        "missing; add provider: a name of 1 to 63 lower-case letters, digits and '-', with no '-' at either end",
    ),
    (
        "spec.rules.0.targets.0.provider",
        "moonshoot",
        "found 'moonshoot', which is no provider of this route; write one of 'moonshot', 'zai'",
    ),
    ("spec.rules.0.targets.0.weight", -1, f"found -1 (integer); {WHOLE}, 0 or more"),
    ("spec.rules.0.targets.0.weight", "90", f"found '90'; {WHOLE}, 0 or more: remove the quotes"),
    ("spec.rules.0.targets.1.model", 4.7, f"found 4.7 (number); {MODEL}: put it in quotes"),
    (
        "spec.rules.0.targets.1.set",
        {"model": "x"},
        ".model: found 'model'; write the target's model in its field model",
    ),
    (
        "spec.rules.0.targets.1.set",
        {"a": None},
        ".a: found nothing (null), which is not supported; write a value, or use remove",
    ),
    ("spec.rules.0.targets.1.set", ["a"], "found a list of 1; write a mapping of names and values"),
    ("spec.rules.0.targets.1.remove", "thinking", f"found 'thinking'; {A_LIST}"),
    ("spec.rules.0.targets.1.remove", ["model"], "[0]: found 'model', which every request needs; remove this line"),
    ("spec.rules.0.targets.1.remove", ["a"], "[0]: found 'a', which set writes; keep one of the two"),
    ("spec.rules.0.targets.1.remove", ["b", "b"], "[1]: found 'b' a second time; write it once"),
    (
        "spec.rules.1.targets",
        [{"provider": "zai", "weight": 0}],
        "found weight 0 everywhere; give at least one target a weight of 1 or more",
    ),
    ("spec.rules.0.fallback", {}, ".targets: missing; add targets, a list of items with provider"),
    ("spec.rules.0.fallback.when", ["InvalidRequest"], f"[0]: found 'InvalidRequest'; {CONDITIONS}"),
    ("spec.rules.0.fallback.when", ["Connect", "Connect"], "[1]: found 'Connect' a second time; write it once"),
    ("spec.rules.0.fallback.when", "Connect", f"found 'Connect'; {A_LIST}"),
    (
        "spec.rules.0.fallback.targets.0.provider",
        "openai",
        "found 'openai', which is no provider of this route; write one of 'moonshot', 'zai'",
    ),
    ("spec.rules.0.retry.maxAttempts", 11, f"found 11 (integer); {WHOLE} from 1 to 10"),
    ("spec.rules.0.retry.budgetPercent", -1, f"found -1 (integer); {WHOLE} from 0 to 100"),
    ("spec.rules.0.timeouts.total", "60s", "found an unknown field; write one of connect, firstByte, idle"),
    ("spec.rules.0.limits.tokensPerMinute", 0, f"found 0 (integer); {WHOLE}, 1 or more"),
    ("spec.rollout.strategy", "BlueGreen", "found 'BlueGreen'; write Canary or Immediate"),
    (
        "spec.rollout.steps",
        [{"weight": 10}, {"weight": 10}],
        "[1].weight: found 10 (integer) after 10; write weights that rise from step to step",
    ),
    (
        "spec.rollout.windows.0.timeZone",
        "Europe/Zurch",
        "found 'Europe/Zurch'; write the name of a time zone such as Etc/UTC or Europe/Zurich",
    ),
    (
        "spec.rollout.windows.0.schedule",
        "0 25 * * *",
        "found hour '25'; write * or numbers from 0 to 23, as in 1,3 or 1-5 or */2",
    ),
    (
        "spec.rollout.windows.0.schedule",
        5,
        'found 5 (integer); write a cron schedule such as "0 2 * * *": put it in quotes',
    ),
    ("spec.suspend", "no", "found 'no'; write true or false"),
    ("spec.revisionHistoryLimit", 0, f"found 0 (integer); {WHOLE} from 1 to 100"),
    (
        "spec.replicas",
        3,
        "found an unknown field; write one of providers, rules, rollout, suspend, revisionHistoryLimit",
    ),
]


@pytest.mark.parametrize(
    ("path", "value", "message"), [pytest.param(*case, id=f"{case[0]}={str(case[1])[:30]}") for case in REFUSED]
)
def test_one_mistake_is_one_problem_that_says_what_to_write(path: str, value: object, message: str) -> None:
    """And it says so of the very place."""
    place = "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in path.split(".")).removeprefix(".")
    assert said(edited(FULL, path, value)) == [place + message if message[0] in ".[" else f"{place}: {message}"]
