"""What of a cluster is followed."""

import pytest

from sealane_investigator.settings.cluster import ClusterSettings, names


def test_nothing_is_followed_and_nothing_written_by_default() -> None:
    """Somebody has to want it."""
    settings = ClusterSettings()

    assert (settings.cluster, settings.rollbacks, settings.namespaces) == (False, False, ())


def test_names_are_read_each_once() -> None:
    """Separated by commas."""
    assert names("team-a, team-b,team-a") == ("team-a", "team-b")


@pytest.mark.parametrize("text", ["Team", "a b", "-a", ",".join(f"n{n}" for n in range(65))])
def test_what_is_no_name_is_refused(text: str) -> None:
    """And so are too many."""
    with pytest.raises(ValueError, match="write at most 64"):
        names(text)
