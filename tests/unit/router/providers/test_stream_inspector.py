"""Choosing an inspector."""

import pytest

from sealane_router.providers.api import Api
from sealane_router.providers.openai import OpenAI
from sealane_router.providers.stream_inspector import inspector_for
from sealane_router.providers.streams.base import StreamInspector
from sealane_router.providers.streams.chat import ChatInspector
from sealane_router.providers.streams.messages import MessagesInspector
from sealane_router.providers.streams.plain import PlainInspector
from sealane_router.providers.streams.responses import ResponsesInspector


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        (Api.CHAT_COMPLETIONS, ChatInspector),
        (Api.MESSAGES, MessagesInspector),
        (Api.RESPONSES, ResponsesInspector),
        (Api.COMPLETIONS, PlainInspector),
        (Api.SPEECH, PlainInspector),
    ],
)
def test_an_api_has_its_inspector(api: Api, expected: type[StreamInspector]) -> None:
    """Three APIs have streams of their own shape; for the others the framing is all."""
    assert type(inspector_for(api, OpenAI(), wall=0.0)) is expected
