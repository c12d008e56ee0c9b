"""Token counts."""

import pytest

from sealane_router.providers.usage import Usage, usage_from


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"prompt_tokens": 39, "completion_tokens": 211, "total_tokens": 250}, Usage(39, 211)),
        ({"prompt_tokens": 5, "completion_tokens": 1, "cached_tokens": 4}, Usage(5, 1, 4)),
        ({"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 3}}, Usage(5, 0, 3)),
        ({"input_tokens": 5, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 1}}, Usage(5, 2, 1)),
        (
            {"input_tokens": 5, "output_tokens": 2, "cache_read_input_tokens": 10, "cache_creation_input_tokens": 3},
            Usage(18, 2, 10),
        ),
        ({"total_tokens": 8}, Usage(8)),
        ({"output_tokens": 3, "total_tokens": 8}, Usage(5, 3)),
        ({"prompt_tokens": 5.0, "completion_tokens": "x", "prompt_tokens_details": None}, Usage(5)),
        ({"prompt_tokens": -1}, None),
        ({"prompt_tokens": True}, None),
        ({}, None),
        (None, None),
        ("5", None),
    ],
)
def test_usage_is_read_in_every_spelling(stated: object, expected: Usage | None) -> None:
    """Input always contains the cached tokens; odd values count as absent."""
    assert usage_from(stated) == expected
