"""Where the routers are: written down, or as EndpointSlices have them."""

from collections.abc import Mapping
from typing import Any

import pytest

from sealane_kube.errors import Unavailable
from sealane_operator.fleet.discovery import Endpoint, SlicedRouters, StaticRouters, endpoints_of
from sealane_telemetry.settings.variable import SettingsError


def _endpoint(address: str, pod: str = "", **conditions: bool) -> dict[str, Any]:
    raw: dict[str, Any] = {"addresses": [address], "conditions": conditions}
    return raw | ({"targetRef": {"kind": "Pod", "name": pod, "uid": f"uid-{pod}"}} if pod else {})


def _slice(*endpoints: dict[str, Any], family: str = "IPv4", ports: Any = None) -> dict[str, Any]:
    usual = [{"name": "admin", "port": 9090, "protocol": "TCP"}]
    return {"addressType": family, "endpoints": list(endpoints), "ports": usual if ports is None else ports}


async def test_addresses_that_are_written_down_are_the_routers() -> None:
    """Each once, in order, IPv6 in brackets."""
    found = await StaticRouters(" 10.0.0.2:9090,10.0.0.1:9090, [2001:db8::1]:9090,10.0.0.2:9090,").find()

    assert found == (Endpoint("10.0.0.1:9090"), Endpoint("10.0.0.2:9090"), Endpoint("[2001:db8::1]:9090"))


@pytest.mark.parametrize(
    "text",
    [
        "router", "router:", ":9090", "router:0", "router:65536", "router:٣", "2001:db8::1:9090", "http://router:9090",
        "router:9090/x", "user@router:9090", "[::1:9090", "a b:9090",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    """With the words that say what to write."""
    with pytest.raises(SettingsError, match=r"SEALANE_ROUTERS: .* is no address: write host:port"):
        StaticRouters(text)


def test_every_endpoint_is_a_router_whether_ready_or_not() -> None:
    """Those that end are noted."""
    found = endpoints_of(
        [
            _slice(
                _endpoint("10.0.0.3", "router-c", ready=True),
                _endpoint("10.0.0.1", "router-a", ready=False, serving=False),
                _endpoint("10.0.0.2", "router-b", ready=False, terminating=True),
            )
        ]
    )

    assert found == (
        Endpoint("10.0.0.1:9090", "router-a"),
        Endpoint("10.0.0.2:9090", "router-b", terminating=True),
        Endpoint("10.0.0.3:9090", "router-c"),
    )


def test_a_pod_with_both_families_is_one_router() -> None:
    """IPv4 is used; an address alone is one as well."""
    found = endpoints_of(
        [
            _slice(_endpoint("2001:db8::1", "router-a"), _endpoint("2001:db8::2"), family="IPv6"),
            _slice(_endpoint("10.0.0.1", "router-a")),
        ]
    )

    assert found == (Endpoint("[2001:db8::2]:9090"), Endpoint("10.0.0.1:9090", "router-a"))


def test_a_pod_in_two_slices_is_one_router() -> None:
    """It ends when either says so."""
    found = endpoints_of(
        [_slice(_endpoint("10.0.0.1", "router-a")), _slice(_endpoint("10.0.0.1", "router-a", terminating=True))]
    )

    assert found == (Endpoint("10.0.0.1:9090", "router-a", terminating=True),)


@pytest.mark.parametrize(
    ("ports", "address"),
    [
        ([{"name": "http", "port": 8080}, {"name": "admin", "port": 9191}], "10.0.0.1:9191"),
        ([{"name": "", "port": 9292}], "10.0.0.1:9292"),
        ([{"port": 9292}], "10.0.0.1:9292"),
        ([{"name": "http", "port": 8080}, {"name": "metrics", "port": 9191}], None),
        ([{"name": "admin"}], None),
        ([], None),
        ("nonsense", None),
    ],
)
def test_the_port_is_the_one_that_is_named(ports: Any, address: str | None) -> None:
    """Or the only one; without a port there is nobody to ask."""
    assert [each.address for each in endpoints_of([_slice(_endpoint("10.0.0.1"), ports=ports)])] == (
        [address] if address else []
    )


@pytest.mark.parametrize(
    "raw",
    [
        {"addressType": "FQDN", "endpoints": [_endpoint("router.example")], "ports": [{"port": 1}]},
        _slice({"addresses": ["router.example"]}),
        _slice({"addresses": []}),
        _slice({"addresses": None}),
        _slice({}),
        {"addressType": "IPv4", "endpoints": None, "ports": [{"port": 1}]},
        {},
    ],
)
def test_what_is_no_endpoint_is_left_out(raw: dict[str, Any]) -> None:
    """Whatever the API holds."""
    assert endpoints_of([raw]) == ()


class _Api:
    def __init__(self, answer: Mapping[str, Any] | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, Mapping[str, str] | None]] = []

    async def call(self, method: str, path: str, *, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        self.asked.append((method, path, query))
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict(self.answer)


async def test_slices_of_the_admin_service_are_listed() -> None:
    """In the operator's namespace, by the label of the Service, from the API server's cache."""
    api = _Api({"items": [_slice(_endpoint("10.0.0.1", "router-a")), "nonsense"]})

    assert await SlicedRouters(api, "sealane-system").find() == (Endpoint("10.0.0.1:9090", "router-a"),)
    assert api.asked == [
        (
            "GET",
            "/apis/discovery.k8s.io/v1/namespaces/sealane-system/endpointslices",
            {"labelSelector": "kubernetes.io/service-name=sealane-router-admin", "resourceVersion": "0"},
        )
    ]


async def test_an_api_that_does_not_answer_is_the_callers_business() -> None:
    """It knows which routers there were."""
    with pytest.raises(Unavailable):
        await SlicedRouters(_Api(Unavailable("away")), "sealane-system").find()
