"""Which addresses providers may have."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_router.settings.networks import networks


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "10.0.0.1", "192.168.1.1", "2606:4700::1111", "fd00::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_the_default_allows_what_is_elsewhere(address: str) -> None:
    """Private networks too: providers inside a company are common."""
    assert networks("default").allows(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.0.1",
        "::1",
        "169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::7f00:1",
    ],
)
def test_the_default_refuses_what_is_here(address: str) -> None:
    """Loopback, link-local and unspecified, in every disguise that reaches the same host."""
    assert not networks("default").allows(ip_address(address))


def test_the_longest_entry_decides() -> None:
    """An exception inside an exception works, in any order."""
    for text in ("10.0.0.0/8,!10.1.0.0/16,10.1.2.0/24", "10.1.2.0/24,10.0.0.0/8,!10.1.0.0/16"):
        allowed = networks(text)
        verdicts = [allowed.allows(ip_address(each)) for each in ("10.2.0.1", "10.1.0.1", "10.1.2.1", "8.8.8.8")]
        assert verdicts == [True, False, True, False]


def test_the_later_of_two_equal_entries_decides() -> None:
    """So ``default,127.0.0.0/8`` adds loopback to the default."""
    assert networks("default,127.0.0.0/8").allows(ip_address("127.0.0.1"))
    assert not networks("127.0.0.0/8,default").allows(ip_address("127.0.0.1"))


def test_a_laptop_may_reach_itself() -> None:
    """With loopback granted, only loopback is added."""
    allowed = networks("default").with_loopback()

    assert allowed.allows(ip_address("127.0.0.1"))
    assert allowed.allows(ip_address("::1"))
    assert not allowed.allows(ip_address("169.254.169.254"))


@pytest.mark.parametrize("text", ["", "10.0.0.1/8", "everything", "10.0.0.0/8;11.0.0.0/8", "!default", "!!10.0.0.0/8"])
def test_what_is_no_network_is_refused(text: str) -> None:
    """A network with host bits set is a slip of the pen, not a network."""
    with pytest.raises(ValueError, match="is no network; write default"):
        networks(text)


def test_the_list_is_bounded() -> None:
    """A router looks through it for each connection."""
    with pytest.raises(ValueError, match="at most 256"):
        networks(",".join(["10.0.0.0/8"] * 257))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_ipv6_clothes(address: object) -> None:
    """Mapped or through NAT64, the verdict is that of the address inside."""
    allowed = networks("default,!93.184.0.0/16")
    bare = ip_address(str(address))

    assert allowed.allows(ip_address(f"::ffff:{bare}")) == allowed.allows(bare)
    assert allowed.allows(ip_address(int(ip_address("64:ff9b::")) + int(bare))) == allowed.allows(bare)
