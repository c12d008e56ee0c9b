"""Where peers are, as users write it."""

import pytest

from sealane_router.settings.peers import MAX_NAMES, peers
from sealane_router.settings.variable import Address


def test_peers_are_addresses_separated_by_commas() -> None:
    """Each once; nothing is nobody."""
    text = "sealane-router-admin.sealane.svc:9090, [fd00::1]:9090,10.0.0.7:9090 ,10.0.0.7:9090,"

    assert peers(text) == (
        Address("sealane-router-admin.sealane.svc", 9090),
        Address("fd00::1", 9090),
        Address("10.0.0.7", 9090),
    )
    assert peers("") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sealane-router-admin", "write host:port"),
        ("10.0.0.7:0", "nobody can be asked at port 0 of 10.0.0.7"),
        ("http://10.0.0.7:9090", "write host:port"),
    ],
)
def test_what_is_no_peer_is_refused(text: str, words: str) -> None:
    """With what to write instead."""
    with pytest.raises(ValueError, match=words):
        peers(text)


def test_so_many_names_and_no_more() -> None:
    """At the limit and beyond it."""
    names = [f"10.0.0.{number}:9090" for number in range(MAX_NAMES + 1)]

    assert len(peers(",".join(names[:-1]))) == MAX_NAMES
    with pytest.raises(ValueError, match="at most 16 names, or one headless Service"):
        peers(",".join(names))
