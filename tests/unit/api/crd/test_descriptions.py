"""What a field means is the docstring under it."""

import pytest

from sealane_api.crd.descriptions import field_descriptions, plain
from sealane_api.crd.schema import part_in
from sealane_api.crd.status import ProviderRouteStatus
from sealane_api.provider_route import ProviderRouteSpec, RevisionSpec
from sealane_api.resource.part import Part


def test_a_field_means_what_stands_under_it() -> None:
    """By attribute name."""
    assert field_descriptions(RevisionSpec)["providers"] == "The upstreams; their order means nothing."


def test_inherited_fields_keep_their_meaning() -> None:
    """A route's spec has the fields of a revision as well."""
    described = field_descriptions(ProviderRouteSpec)

    assert described["rules"] == field_descriptions(RevisionSpec)["rules"]
    assert set(described) == set(ProviderRouteSpec.model_fields)


def _parts(*roots: type[Part]) -> list[type[Part]]:
    """The roots and every part within them."""
    found = list(roots)
    for part in found:  # it grows meanwhile
        inner = (part_in(field.annotation) for field in part.model_fields.values())
        found += [kind for kind in inner if kind is not None and kind not in found]
    return found


@pytest.mark.parametrize("part", _parts(ProviderRouteSpec, ProviderRouteStatus))
def test_every_field_says_what_it_means(part: type[Part]) -> None:
    """In a sentence that ends."""
    described = field_descriptions(part)

    assert set(described) == set(part.model_fields)
    assert all(text.endswith(".") for text in described.values())


def test_a_docstring_becomes_one_plain_line() -> None:
    """Without reStructuredText's double backquotes."""
    assert plain("Either ``a``\n    or ``b``.") == "Either `a` or `b`."
