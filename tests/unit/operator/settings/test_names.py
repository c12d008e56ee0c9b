"""Names and addresses as they are written in settings."""

import pytest

from sealane_operator.settings.names import addresses, identity, names


def test_lists_are_separated_by_commas() -> None:
    """Each entry counts once; spaces and empty parts do not count."""
    assert names("team-a, b,,team-a") == ("team-a", "b")
    assert addresses("127.0.0.1:9090, [::1]:9090,127.0.0.1:9090") == ("127.0.0.1:9090", "[::1]:9090")
    assert (names(""), addresses("")) == ((), ())


@pytest.mark.parametrize("text", ["Team", "a_b", "-a", "a-", "a.b", "x" * 64, ",".join(f"n{i}" for i in range(1001))])
def test_what_is_no_namespace_is_refused(text: str) -> None:
    """The message shows what to write."""
    with pytest.raises(ValueError, match="for example team-a,team-b"):
        names(text)


def test_lists_are_bounded() -> None:
    """A thousand of each, and no more."""
    assert len(names(",".join(f"n{i}" for i in range(1000)))) == 1000
    assert len(addresses(",".join(f"r{i}:1" for i in range(1000)))) == 1000
    with pytest.raises(ValueError, match="at most 1000"):
        addresses(",".join(f"r{i}:1" for i in range(1001)))


def test_an_identity_is_a_name_that_the_api_takes() -> None:
    """It ends in a random word, so it is shorter than the API would take."""
    assert (identity("operator-0.Node_1"), identity(""), identity("x" * 100)) == ("operator-0.Node_1", "", "x" * 100)
    for text in ("a b", "a/b", "x" * 101):
        with pytest.raises(ValueError, match="at most 100 letters"):
            identity(text)
