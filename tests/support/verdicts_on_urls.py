"""Base URLs: public hosts, and none of the disguises of a local one. See verdicts.py for the form of the table."""

from tests.support.resources import ABSENT
from tests.support.verdicts import REQUIRED, UNCHECKED, Table, accepted, bound, law, object_law, refused

_SECRET = "write scheme, host and path only, no user info, query or fragment: a key goes into credential.secretRef"
_ASCII = "write plain ASCII without blanks, quotes and brackets (an international host name as xn--...)"
_HOST_FORMS = (
    "write a host name, an IPv4 address of four decimal numbers, or an IPv6 address in brackets, then perhaps a port"
)
_LONG_HOST = "write a host name of at most 253 characters"
_PORT = "write a port from 1 to 65535"
_LOCAL = "found a loopback, link-local or unspecified host; write the provider's public host or a Service's name"
_IPV6 = (
    "found an IPv6 address that is no global or unique local one, or a cloud's metadata "
    "address; write the provider's public host or a Service's name"
)
_PATH = "write the path without empty, '.' or '..' segments and without %2e, %2f, %5c or %00, as in /api/paas/v4"
_ONE_ORIGIN = (
    "found another scheme, host or port than baseURL has; a credential belongs to one host: "
    "write another provider for the other one"
)

URLS: Table = {
    "spec.providers.1.baseURL": [
        *accepted(
            "https://host",
            "https://HOST.Example.com./v1/",
            "https://host:8443/v1",
            "https://gateway.team.svc.cluster.local/v1",
            "https://10.0.0.1/v1",
            "https://8.8.8.8:65535/v1",
            "https://[2606:4700::1111]/v1",
            "https://[fd12:3456::1]:8443/v1",
            "https://localhost.example.com/v1",
            "https://xn--bcher-kva.example/v1",
            "https://3com.example/v1",
            "https://host/a:b/c~d/e%20f/v1",
        ),
        refused(
            "http://api.z.ai/v4",
            object_law("found http; write https, or set allowInsecure: true if nobody can read this connection"),
        ),
        refused("https://user:hunter2@api.z.ai/v4", "{at}: Forbidden: " + _SECRET),
        refused("https://api.z.ai/v4?key=hunter2", "{at}: Forbidden: " + _SECRET),
        refused("https://api.z.ai/v4#hunter2", "{at}: Forbidden: " + _SECRET),
        refused("https://localhost/v1", law(_LOCAL)),
        refused("https://LOCALHOST:8080", law(_LOCAL)),
        refused("https://localhost./v1", law(_LOCAL)),
        refused("https://api.localhost/v1", law(_LOCAL)),
        refused("https://127.0.0.1/v1", law(_LOCAL)),
        refused("https://127.255.255.254:8080/v1", law(_LOCAL)),
        refused("https://0.0.0.0/v1", law(_LOCAL)),
        refused("https://169.254.169.254/latest", law(_LOCAL)),
        refused("https://[::1]/v1", law(_IPV6)),
        refused("https://[::]/v1", law(_IPV6)),
        refused("https://[0:0:0:0:0:0:0:1]/v1", law(_IPV6)),
        refused("https://[fe80::1]/v1", law(_IPV6)),
        refused("https://[::ffff:127.0.0.1]/v1", law(_HOST_FORMS), law(_IPV6)),
        refused("https://[::ffff:7f00:1]/v1", law(_IPV6)),
        refused("https://[fd00:ec2::254]/v1", law(_IPV6)),
        refused("https://[64:ff9b::7f00:1]/v1", law(_IPV6)),
        refused("https://[2606:4700:::1]/v1", law(_IPV6)),
        refused("https://2130706433/v1", law(_HOST_FORMS)),
        refused("https://127.1/v1", law(_HOST_FORMS)),
        refused("https://0x7f000001/v1", law(_HOST_FORMS)),
        refused("https://0177.0.0.1/v1", law(_HOST_FORMS)),
        refused("https://127.0.0.01/v1", law(_HOST_FORMS), law(_LOCAL)),
        refused("https://256.1.1.1/v1", law(_HOST_FORMS)),
        refused("https://%6cocalhost/v1", law(_HOST_FORMS)),
        refused("https://bücher.example/v1", law(_ASCII), law(_HOST_FORMS)),
        refused("https://ⓛocalhost/v1", law(_ASCII), law(_HOST_FORMS)),
        refused("https://host\\evil/v1", law(_ASCII), law(_HOST_FORMS)),
        refused("https://under_score/v1", law(_HOST_FORMS)),
        refused("https://host:0/v1", law(_PORT)),
        refused("https://host:65536/v1", law(_PORT)),
        refused("https://host/v1/../admin", law(_PATH)),
        refused("https://host//v1", law(_PATH)),
        refused("https://host/%2e%2e/v1", law(_PATH)),
        refused("https://" + ".".join(["a" * 60] * 5) + "/v1", law(_LONG_HOST)),
        refused("https://host/" + "a" * 500, "{at}: Too long: may not be more than 512 bytes", UNCHECKED),
    ],
    "spec.providers.0.messagesBaseURL": [
        *accepted("https://API.moonshot.ai:443/anthropic", "https://api.moonshot.ai./x", ABSENT),
        refused("https://evil.example/anthropic", object_law(_ONE_ORIGIN)),
        refused("https://api.moonshot.ai:8443/anthropic", object_law(_ONE_ORIGIN)),
        refused("http://api.moonshot.ai/anthropic", object_law(_ONE_ORIGIN)),
        refused("https://127.0.0.1/anthropic", object_law(_ONE_ORIGIN), law(_LOCAL)),
    ],
    "spec.providers.0.baseURL": [
        refused(ABSENT, REQUIRED, UNCHECKED),
        refused(
            "",
            bound("should match '^https?://[^/]'"),
            "spec.providers[0].messagesBaseURL: Invalid value: " + _ONE_ORIGIN,
        ),
        refused(
            "api.moonshot.ai/v1",
            bound("should match '^https?://[^/]'"),
            "spec.providers[0].messagesBaseURL: Invalid value: " + _ONE_ORIGIN,
        ),
        refused(
            "ftp://api.moonshot.ai/v1",
            bound("should match '^https?://[^/]'"),
            "spec.providers[0].messagesBaseURL: Invalid value: " + _ONE_ORIGIN,
        ),
    ],
}
