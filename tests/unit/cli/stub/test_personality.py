"""Models and keys of each personality."""

import pytest

from sealane_cli.stub.personality import PERSONALITIES, is_foreign_key, is_foreign_model, split_model


def test_every_own_model_is_at_home_and_foreign_to_others_by_its_prefix() -> None:
    """No personality's list holds a name that looks like another's."""
    for one in PERSONALITIES.values():
        for model in one.models:
            assert not is_foreign_model(one, model)


@pytest.mark.parametrize(
    ("personality", "model", "foreign"),
    [
        ("moonshot", "glm-4.7", True),
        ("moonshot", "GLM-9-unheard-of", True),
        ("moonshot", "zai/glm-4.7", True),
        ("moonshot", "kimi-unheard-of", False),
        ("moonshot", "mistral-large", False),
        ("zai", "kimi-k3", True),
        ("zai", "embedding-3", False),
        ("openai", "moonshot-v1-8k", True),
        ("openai", "qwen-3", False),
    ],
)
def test_a_model_is_foreign_when_its_prefix_is_anothers(personality: str, model: str, *, foreign: bool) -> None:
    """A name that belongs to nobody is unknown, not foreign."""
    assert is_foreign_model(PERSONALITIES[personality], model) is foreign


@pytest.mark.parametrize(
    ("personality", "key", "foreign"),
    [
        ("moonshot", "sk-abc123", False),
        ("moonshot", "0123abcd.secret", True),
        ("moonshot", "sk-proj-abc", True),
        ("moonshot", "gateway", False),
        ("zai", "0123abcd.secret", False),
        ("zai", "sk-abc123", True),
        ("zai", "gateway", False),
        ("openai", "sk-abc123", False),
        ("openai", "0123abcd.secret", True),
    ],
)
def test_a_key_is_foreign_by_its_shape(personality: str, key: str, *, foreign: bool) -> None:
    """Shape alone tells Moonshot's keys from Z.ai's."""
    assert is_foreign_key(PERSONALITIES[personality], key) is foreign


def test_faults_are_parted_from_the_model() -> None:
    """The model keeps its prefix."""
    assert split_model("kimi-k3+status=500+cut") == ("kimi-k3", ["status=500", "cut"])
