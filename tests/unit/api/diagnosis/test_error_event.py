"""An error event says where it is at home."""

import pytest

from sealane_api.diagnosis.error_event import ErrorEvent


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({"provider": "moonshot", "base_url_host": "api.moonshot.ai"}, "moonshot@api.moonshot.ai"),
        ({"provider": "moonshot"}, "moonshot@-"),
        ({"base_url_host": "api.z.ai"}, "-@api.z.ai"),
        ({"workload": "team-a/Pod/web-0", "provider": "moonshot"}, "team-a/Pod/web-0"),
        ({}, "gateway"),
        ({"route": "team-a/chat", "model": "gpt-9"}, "gateway"),
    ],
)
def test_a_provider_with_its_host_a_workload_or_the_gateway_itself(fields: dict[str, str], subject: str) -> None:
    """Two providers, or one name at two hosts, are two homes; what no provider saw is the gateway's."""
    event = ErrorEvent(id="1", reporter="router-0", epoch="a", sequence=1, occurred_at=0.0, **fields)  # type: ignore[arg-type]

    assert event.subject == subject
