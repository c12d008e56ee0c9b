"""What the laws of a base URL look like; tests/contract compares their grammar with that of the classes."""

from sealane_api.crd.base_urls import HTTPS, ONE_ORIGIN, URL_LAWS


def test_a_text_that_may_hold_a_secret_is_refused_without_repeating_it() -> None:
    """One law does that; no other looks at such a text."""
    secretive, *others = URL_LAWS

    assert secretive.reason == "FieldValueForbidden"
    assert all(law.rule.startswith("!self.matches(r'^https?://[^/@?#][^@?#]*$') || ") for law in others)


def test_a_law_on_a_provider_names_its_field() -> None:
    """Where the reader has to change something."""
    assert (HTTPS.field, ONE_ORIGIN.field) == (".baseURL", ".messagesBaseURL")
