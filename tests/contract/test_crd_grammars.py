"""CEL's grammars and Python's are one: base URLs, schedules and durations, judged by RE2 and by the classes."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.crd.base_urls import URL_LAWS
from sealane_api.crd.laws import laws_of_field
from sealane_api.crd.schedules import SCHEDULE_LAWS
from sealane_api.durations import DURATION_PATTERN, parse_duration
from sealane_api.resource.base_url import url_problem
from sealane_api.resource.provider import BreakerSpec
from sealane_api.resource.schedule import schedule_problem
from tests.support.cel import holds
from tests.support.verdicts_on_urls import URLS

_TEXTS = [verdict.value for verdict in URLS["spec.providers.1.baseURL"] if isinstance(verdict.value, str)]


def lawful(url: str) -> bool:
    """Whether the CRD admits a text, with the bounds of its schema; scheme http is another law's."""
    return len(url) <= 512 and re.match("https?://[^/]", url) is not None and all(holds(law, url) for law in URL_LAWS)


def admitted(url: str) -> bool:
    """Whether the class does."""
    whole = len(url) <= 512 and re.match("https?://[^/]", url) is not None
    return whole and url_problem(url, allow_insecure=True, laptop=False) is None


@pytest.mark.parametrize("url", _TEXTS)
def test_the_texts_of_the_table_are_judged_alike(url: str) -> None:
    """Public hosts and every disguise of a local one."""
    assert lawful(url) is admitted(url)


ADDRESSES = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
    st.ip_addresses(v=6).map(lambda address: f"[{ipaddress.IPv6Address(address).exploded}]"),
)
MISSPELT = st.one_of(
    st.text(st.sampled_from("127.0x:[]fe8localhst%@/\\ d2-"), max_size=30),
    st.from_regex(r"\A\[[23f][cd0-9a-f]{0,3}(:{1,2}[0-9a-f]{0,5}){1,8}\]\Z"),
    st.from_regex(r"\A[a-z0-9.-]{1,70}(:[0-9]{1,6})?(/[a-z.%0-9F]{0,4}){0,4}/*\Z"),
)


@given(ADDRESSES | MISSPELT)
def test_any_host_is_judged_alike(host: str) -> None:
    """Addresses in each spelling, and texts that are nearly hosts."""
    url = f"https://{host}"

    assert lawful(url) is admitted(url)


@pytest.mark.parametrize("url", ["https://u:hunter2@127.0.0.1/v1", "https://localhost/v1?key=hunter2", "https://h#x"])
def test_what_may_hold_a_secret_breaks_one_law_alone(url: str) -> None:
    """The one whose refusal does not repeat the value."""
    (broken,) = [law for law in URL_LAWS if not holds(law, url)]

    assert broken.reason == "FieldValueForbidden"


_ITEMS = st.sampled_from(
    ["*", "0", "05", "59", "60", "7", "8", "12", "13", "31", "32", "mon", "JAN", "*/5", "3/0", "1,2"]
)


@given(st.lists(_ITEMS, min_size=4, max_size=6), st.sampled_from([" ", "  ", "\t"]))
def test_a_schedule_is_judged_alike(fields: list[str], blank: str) -> None:
    """Whatever the fields; ranges have a law of their own."""
    text = blank.join(fields)

    assert holds(SCHEDULE_LAWS[0], text) is (schedule_problem(text) is None)


@given(st.integers(0, 59), st.integers(0, 59))
def test_a_range_has_its_form_either_way_round(low: int, high: int) -> None:
    """Which of the two is lower is another law's business."""
    assert holds(SCHEDULE_LAWS[0], f"{low}-{high} * * * *")


@given(st.from_regex(DURATION_PATTERN.replace("$", r"\Z")))
def test_a_duration_is_judged_alike(text: str) -> None:
    """What has no digit above 0 is less than a millisecond."""
    (law,) = laws_of_field(BreakerSpec, "window")
    try:
        parse_duration(text)
    except ValueError:
        assert not holds(law, text)
    else:
        assert holds(law, text)
