"""The paths that are proxied."""

from sealane_router.providers.api import API_BY_PATH, Api, Flavour


def test_a_path_finds_its_api() -> None:
    """Each API is found by the bytes of its path, and there are nine."""
    assert API_BY_PATH[b"/v1/chat/completions"] is Api.CHAT_COMPLETIONS
    assert len(API_BY_PATH) == 9
    assert all(api.path == path for path, api in API_BY_PATH.items())


def test_what_follows_the_base_url_has_no_version() -> None:
    """A provider's base URL brings its own version, so ours is never appended."""
    assert Api.CHAT_COMPLETIONS.suffix == "/chat/completions"
    assert not any(api.suffix.startswith("/v1") for api in Api)


def test_messages_alone_speaks_anthropic() -> None:
    """Errors have Anthropic's shape on one path and OpenAI's on all others."""
    assert [api for api in Api if api.flavour is Flavour.ANTHROPIC] == [Api.MESSAGES]
