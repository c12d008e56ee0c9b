"""Which laws hold for what; tests/cluster shows what an API server makes of each."""

from sealane_api.crd.base_urls import URL_LAWS
from sealane_api.crd.laws import laws_of_field, laws_of_part
from sealane_api.provider_route import ProviderRouteSpec, RevisionSpec
from sealane_api.resource.provider import BreakerSpec, ProviderSpec
from sealane_api.resource.rule import TimeoutsSpec


def test_a_route_and_its_revisions_have_the_same_laws() -> None:
    """What spans providers and rules is inherited."""
    assert laws_of_part(RevisionSpec)
    assert laws_of_part(ProviderRouteSpec) == laws_of_part(RevisionSpec)


def test_both_urls_of_a_provider_have_the_same_laws() -> None:
    """A key goes to both."""
    assert laws_of_field(ProviderSpec, "base_url") == URL_LAWS
    assert laws_of_field(ProviderSpec, "messages_base_url") == URL_LAWS
    assert laws_of_field(ProviderSpec, "name") == ()


def test_every_duration_is_at_least_a_millisecond() -> None:
    """Required, defaulted and optional ones."""
    (law,) = laws_of_field(BreakerSpec, "window")

    assert laws_of_field(TimeoutsSpec, "first_byte") == (law,)
    assert "at least 1ms" in law.message


def test_a_law_says_what_to_write() -> None:
    """Each message asks for something, in one line."""
    parts = (RevisionSpec, ProviderSpec, BreakerSpec)
    laws = [*URL_LAWS, *(law for part in parts for law in laws_of_part(part))]

    assert all("write" in law.message and "\n" not in law.message for law in laws)
