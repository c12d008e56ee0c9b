"""What the laws of a schedule search; tests/contract compares their grammar with that of the classes."""

import re

from sealane_api.crd.schedules import SCHEDULE_LAWS


def test_names_stand_in_the_order_in_which_they_are_compared() -> None:
    """Each month and day is found at its own place in the text that the second law searches."""
    (text,) = set(re.findall(r"'([a-z]{57})'", SCHEDULE_LAWS[1].rule))

    assert [text.find(text[at : at + 3]) for at in range(0, len(text), 3)] == list(range(0, len(text), 3))
