"""Finding dialects."""

from sealane_api.route_table import DialectName
from sealane_router.providers.registry import ALIASES, dialect_of


def test_every_name_has_its_dialect() -> None:
    """What the resource may say, the registry has."""
    assert [dialect_of(name).name for name in DialectName] == list(DialectName)


def test_aliases_are_lower_case_prefixes() -> None:
    """Each ends with a slash and belongs to a provider, never to the generic dialect."""
    assert all(alias.endswith("/") and alias == alias.lower() for alias in ALIASES)
    assert set(ALIASES.values()) == {DialectName.MOONSHOT, DialectName.ZAI}
