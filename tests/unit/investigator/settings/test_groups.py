"""What an investigator is told beside its database."""

import pytest

from sealane_investigator.settings.groups import NotificationSettings, http_url, process_name


def test_names_are_those_of_pods() -> None:
    """They become directories and owners of leases."""
    assert (process_name("sealane-investigator-0"), process_name("")) == ("sealane-investigator-0", "")
    for wrong in ("a/b", "a b", "x" * 101):
        with pytest.raises(ValueError, match="write at most 100"):
            process_name(wrong)


def test_addresses_are_those_of_http() -> None:
    """Nothing else is posted to."""
    assert (http_url("https://h.test/x?y=1"), http_url("")) == ("https://h.test/x?y=1", "")
    for wrong in ("h.test", "ftp://h.test", "https://", "https://h.test/" + "x" * 2_048):
        with pytest.raises(ValueError, match="write https://"):
            http_url(wrong)


def test_addresses_of_receivers_are_not_shown() -> None:
    """They often hold a secret."""
    assert "h.test" not in repr(NotificationSettings(webhook_url="https://h.test/secret"))
