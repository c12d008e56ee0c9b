"""The dialect without corrections."""

from sealane_api.route_table import DialectName
from sealane_router.providers.openai import OpenAI


def test_nothing_is_corrected() -> None:
    """An OpenAI-compatible provider's bodies are never fixed and its ids may change."""
    dialect = OpenAI()

    assert dialect.name is DialectName.OPENAI
    assert not dialect.renames_for_other_model
    assert not dialect.changed_id_breaks
    assert not dialect.finish_errors
