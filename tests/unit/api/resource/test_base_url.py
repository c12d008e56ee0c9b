"""Which base URLs a provider may have: public hosts, and none of the disguises of a local one."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.resource.base_url import origin, url_problem

GOOD = [
    "https://api.moonshot.ai/v1",
    "https://api.z.ai/api/paas/v4",
    "https://host",
    "https://host:8443/v1",
    "https://HOST.Example.COM/V1",
    "https://gateway.team.svc.cluster.local./v1",
    "https://xn--bcher-kva.example/v1",
    "https://8.8.8.8/v1",
    "https://10.0.0.1/v1",
    "https://192.168.1.1:1/v1",
    "https://[2606:4700::1111]/v1",
    "https://[fd12:3456::1]:65535/v1",
    "https://localhost.example.com/v1",
    "https://mylocalhost/v1",
    "https://3com.example/v1",
    "https://host/a-b/c.d/~e/f%20g/v1",
    "https://host/openai/deployments/a:b/v1",
]

BAD_HOSTS = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "api.localhost",
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[fe80::1]",
    "[febf::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:a00:1]",
    "[64:ff9b::7f00:1]",
    "[fd00:ec2::254]",
    "[fd00:0ec2::254]",
    "[ff02::1]",
    "[fe80::1%25eth0]",
    "[2::1]",
    "2130706433",
    "127.1",
    "127.0.1",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.0.0.01",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "1.2.3.4.",
    "host.1",
    "%6cocalhost",
    "127%2e0.0.1",
    "①27.0.0.1",
    "ⓛocalhost",
    "127。0。0。1",
    "-host",
    "host-",
    "a..b",
    ".host",
    "under_score",
    "a" * 64,
    ".".join(["a" * 63] * 4),
    "[2606:4700::1111",
    "2606:4700::1111",
    "[2606:4700:::1]",
    "[]",
    "host:",
    "host:0",
    "host:65536",
    "host:1:2",
    "host:http",
    "host\\evil",
    "host evil",
    "host\tevil",
    "host\n",
    "host\x00",
    'ho"st',
]


HOST_FORMS = "write a host name, an IPv4 address of four decimal numbers, or an IPv6 address in brackets"


def problem(url: str, *, allow_insecure: bool = False, laptop: bool = False) -> str | None:
    """What is wrong with a URL."""
    return url_problem(url, allow_insecure=allow_insecure, laptop=laptop)


@pytest.mark.parametrize("url", GOOD)
def test_public_and_private_hosts_are_admitted(url: str) -> None:
    """By name, IPv4 or IPv6, with port and path."""
    assert problem(url) is None


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_local_hosts_and_their_disguises_are_refused(host: str) -> None:
    """With words on what to write; ``allowInsecure`` in a cluster changes nothing."""
    for url in (f"https://{host}/v1", f"https://{host}"):
        found = problem(url)
        assert found is not None
        assert "write" in found
        assert problem(url, allow_insecure=True) is not None


@pytest.mark.parametrize(
    "host", ["localhost", "localhost.", "api.localhost", "127.0.0.1", "127.1.2.3", "[::1]", "[0:0:0:0:0:0:0:1]"]
)
def test_a_laptop_admits_loopback_where_the_provider_allows_insecurity(host: str) -> None:
    """And nowhere else."""
    for scheme in ("http", "https"):
        url = f"{scheme}://{host}:8081/v1"
        assert problem(url, allow_insecure=True, laptop=True) is None
        assert problem(url, allow_insecure=True, laptop=False) is not None
        assert problem(url, allow_insecure=False, laptop=True) is not None


@pytest.mark.parametrize("host", sorted(set(BAD_HOSTS) - {"localhost", "LOCALHOST", "localhost.", "api.localhost"}))
def test_a_laptop_admits_no_disguise_of_loopback(host: str) -> None:
    """``127.1`` is a trick there too, and so is any other kind of local address."""
    plain = {"127.0.0.1", "127.255.255.254", "[::1]", "[0:0:0:0:0:0:0:1]"}
    assert (problem(f"http://{host}/v1", allow_insecure=True, laptop=True) is None) is (host in plain)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "https://user:hunter2@host/v1",
            "found user info (not shown); write scheme, host and path only: a key goes into credential.secretRef",
        ),
        (
            "https://host/v1?key=hunter2",
            "found a query (not shown); write scheme, host and path only: a key goes into credential.secretRef",
        ),
        (
            "https://host/v1#hunter2",
            "found a fragment (not shown); write scheme, host and path only: a key goes into credential.secretRef",
        ),
        (
            "http://host/v1",
            "found http; write https, or set allowInsecure: true if nobody can read this connection",
        ),
        (
            "https://127.0.0.1/v1",
            "found host '127.0.0.1', a loopback address; write the provider's public host or a Service's name",
        ),
        (
            "https://localhost/v1",
            "found host 'localhost', a loopback name; write the provider's public host or a Service's name",
        ),
        (
            "https://0.0.0.0/v1",
            "found host '0.0.0.0', an unspecified address; write the provider's public host or a Service's name",
        ),
        (
            "https://169.254.169.254/v1",
            "found host '169.254.169.254', a link-local address; write the provider's public host or a Service's name",
        ),
        (
            "https://[::ffff:a:b]/v1",
            "found host '[::ffff:a:b]', an IPv4-mapped address; write the provider's public host or a Service's name",
        ),
        (
            "https://127.1/v1",
            f"found host '127.1'; {HOST_FORMS}",
        ),
        ("https://host:70000/v1", "found port 70000; write a port from 1 to 65535"),
        ("https://bücher/v1", "found the character 'ü'; write plain ASCII (an international host name as xn--…)"),
        (
            "https://host/v1/../admin",
            "found path '/v1/../admin'; write it without empty, '.' or '..' segments, as in /api/paas/v4",
        ),
    ],
)
def test_a_refused_url_says_what_to_write(url: str, message: str) -> None:
    """Without repeating what could be a secret."""
    assert problem(url) == message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "path", ["/v1//x", "//v1", "/./v1", "/v1/..", "/%2e%2e/v1", "/v1%2Fx", "/v1%5cx", "/v1%00", "/v1%", "/v1%zz"]
)
def test_a_path_has_plain_segments(path: str) -> None:
    """No dots, no empty ones, no escapes for what separates them."""
    assert problem(f"https://host{path}") is not None


def test_http_is_admitted_where_the_provider_allows_insecurity() -> None:
    """To any admissible host."""
    assert problem("http://gateway.team.svc/v1", allow_insecure=True) is None


@given(st.ip_addresses())
def test_an_admitted_literal_address_is_never_local(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Checked against Python's own view of addresses."""
    host = str(address) if isinstance(address, ipaddress.IPv4Address) else f"[{address}]"
    if problem(f"https://{host}/v1") is None:
        assert not (address.is_loopback or address.is_link_local or address.is_unspecified)
        assert not (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped)


@given(st.text(st.sampled_from("127.0x:[]fe8localhost%@/\\ ①"), max_size=24))
def test_any_host_text_is_judged_without_an_error(host: str) -> None:
    """And whatever is admitted has an origin."""
    url = f"https://{host}"
    if problem(url) is None:
        assert origin(url)[0] == "https"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://host/v1", "https://HOST:443/x", True),
        ("https://host./v1", "https://host/v1", True),
        ("https://host/v1", "https://host:8443/v1", False),
        ("https://host/v1", "http://host/v1", False),
        ("https://host/v1", "https://host.evil/v1", False),
        ("http://host/v1", "http://host:80/v1", True),
    ],
)
def test_an_origin_is_scheme_host_and_port(one: str, other: str, *, same: bool) -> None:
    """Whatever the spelling."""
    assert (origin(one) == origin(other)) is same


def test_a_text_that_is_no_url_has_no_origin() -> None:
    """It is an error of the caller."""
    with pytest.raises(ValueError, match="not a base URL"):
        origin("host/v1")
