"""Where facts come from."""

import pytest

from sealane_investigator.settings.gathering import GatherSettings, addresses
from sealane_telemetry.settings.variable import Address


def test_addresses_are_read_each_once() -> None:
    """Nothing is a list of none."""
    assert addresses("a:1, b:2,a:1") == (Address("a", 1), Address("b", 2))
    assert GatherSettings().routers == ()


@pytest.mark.parametrize("text", ["a", "a:b", ",".join(f"a:{n}" for n in range(1, 1_002))])
def test_what_is_no_address_is_refused(text: str) -> None:
    """And so are too many."""
    with pytest.raises(ValueError, match="write"):
        addresses(text)
