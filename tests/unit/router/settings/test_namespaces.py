"""Names of namespaces as people write them."""

import pytest

from sealane_router.settings.namespaces import MAX_NAMESPACES, namespaces


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("team-a", ("team-a",)),
        (" team-a , team-b,", ("team-a", "team-b")),
        ("a,b,a", ("a", "b")),
        ("a" * 63, ("a" * 63,)),
    ],
)
def test_names_are_separated_by_commas(text: str, names: tuple[str, ...]) -> None:
    """Each counts once; none is all of them."""
    assert namespaces(text) == names


@pytest.mark.parametrize("text", ["Team", "a b", "a/b", "-a", "a-", "a.b", "a" * 64, "*", "tëam"])
def test_what_no_namespace_is_called_is_refused(text: str) -> None:
    """The message repeats it and says what to write."""
    with pytest.raises(ValueError, match="is no namespace; write lower-case letters"):
        namespaces(text)


def test_there_are_so_many_and_no_more() -> None:
    """Each is a list and a watch of its own."""
    names = [f"team-{number}" for number in range(MAX_NAMESPACES + 1)]

    assert len(namespaces(",".join(names[:-1]))) == MAX_NAMESPACES
    with pytest.raises(ValueError, match=f"at most {MAX_NAMESPACES}"):
        namespaces(",".join(names))
