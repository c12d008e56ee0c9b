"""What a compiled table promises: it does not change, and it knows what must survive a reload."""

from dataclasses import FrozenInstanceError, replace

import pytest

from sealane_api.route_table import BreakerPolicy, DialectName, Provider, Route, SecretRef, Target, Tls

PROVIDER = Provider("team/chat", "moonshot", DialectName.MOONSHOT, "https://api.moonshot.ai/v1")


@pytest.mark.parametrize(
    "changed",
    [
        replace(PROVIDER, name="other"),
        replace(PROVIDER, route="team/other"),
        replace(PROVIDER, base_url="https://api.moonshot.cn/v1"),
        replace(PROVIDER, messages_base_url="https://api.moonshot.ai/anthropic"),
        replace(PROVIDER, credential=SecretRef("moonshot", "api-key")),
    ],
)
def test_another_name_host_or_credential_is_another_provider(changed: Provider) -> None:
    """Breakers, parking and connections of one must not become those of the other."""
    assert changed.identity != PROVIDER.identity


@pytest.mark.parametrize(
    "changed",
    [
        replace(PROVIDER, breaker=BreakerPolicy(min_requests=1)),
        replace(PROVIDER, max_concurrency=1),
        replace(PROVIDER, tls=Tls("api.moonshot.ai")),
        replace(PROVIDER, dialect=DialectName.OPENAI),
    ],
)
def test_another_policy_is_the_same_provider(changed: Provider) -> None:
    """What was learned about it still holds."""
    assert changed.identity == PROVIDER.identity


def test_a_route_knows_its_key() -> None:
    """``namespace/name``, and equality does not depend on it."""
    route = Route("team", "chat", "7", "0" * 64, (PROVIDER,), ())

    assert route.key == "team/chat"
    assert route == replace(route)


def test_nothing_in_a_table_can_be_changed() -> None:
    """A provider's URL and credential stay together from compile to socket."""
    with pytest.raises(FrozenInstanceError):
        PROVIDER.base_url = "https://elsewhere.example/v1"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Target(PROVIDER).set["model"] = "other"  # type: ignore[index]


def test_a_target_can_be_hashed() -> None:
    """Targets are told apart in sets and dicts, edits of the body aside."""
    assert len({Target(PROVIDER), Target(PROVIDER), Target(PROVIDER, model="kimi-k3")}) == 2


@pytest.mark.parametrize(
    ("revision", "number"), [("7", 7), ("123456789012", 123456789012), ("0" * 12, None), ("0" * 11, 0)]
)
def test_a_revision_has_a_number_where_somebody_counts(revision: str, number: int | None) -> None:
    """A route of a file is called by the beginning of its hash, which may look like a number."""
    assert Route("team", "chat", revision, "0" * 64, (PROVIDER,), ()).number == number
