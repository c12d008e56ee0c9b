"""Which base URLs a provider may have, in CEL: the grammar of ``resource/base_url.py``, piece by piece.

The cost of ``url(…).getHostname()`` has no bound once it is fed into ``matches``, so each law matches the whole text,
whose length has one. RE2 knows no lookahead: what must not be there is a law of its own.
"""

from sealane_api.crd.law import Law

_START = "^https?://"
_END = "(:|/|$)"

_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_NAME = rf"({_LABEL}\.)*[a-z]([-a-z0-9]{{0,61}}[a-z0-9])?\.?"
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(\.{_OCTET}){{3}}"

_GROUP = "[0-9a-f]{1,4}"
#: The first group of a global (2000::/3) or unique local (fc00::/7) address.
_FIRST = "([23][0-9a-f]{3}|f[cd][0-9a-f]{2})"
#: So many groups more stand before ``::``, and at most so many after it; it stands for at least one.
_SHORTENED = "|".join(f"(:{_GROUP}){{{before}}}:(:{_GROUP}){{1,{6 - before}}}" for before in range(6))
_IPV6 = rf"\[{_FIRST}((:{_GROUP}){{7}}|(:{_GROUP}){{0,6}}::|{_SHORTENED})\]"

#: 0, and everything from 65536 to 99999.
_NO_PORT = "(0+|6553[6-9]|655[4-9][0-9]|65[6-9][0-9]{2}|6[6-9][0-9]{3}|[7-9][0-9]{4})"

_FORMS = (
    "write a host name, an IPv4 address of four decimal numbers, or an IPv6 address in brackets, then perhaps a port"
)
_PUBLIC = "write the provider's public host or a Service's name"

#: The laws below are for texts that could be a URL without a secret: a refusal repeats what it refuses.
_COULD_BE = r"!self.matches(r'^https?://[^/@?#][^@?#]*$')"


def _law(rule: str, message: str) -> Law:
    return Law(f"{_COULD_BE} || {rule}", message)


#: What holds for each of a provider's URLs.
URL_LAWS = (
    Law(
        "self.matches(r'^[^@?#]*$')",
        "write scheme, host and path only, no user info, query or fragment: a key goes into credential.secretRef",
        reason="FieldValueForbidden",  # says the field and not the value
    ),
    _law(
        r"self.matches(r'^[!#-;=?-\[\]_a-z~]*$')",
        "write plain ASCII without blanks, quotes and brackets (an international host name as xn--...)",
    ),
    _law(rf"self.matches(r'(?i){_START}({_NAME}|{_IPV4}|\[[0-9a-f:]+\])(:[0-9]{{1,5}})?(/|$)')", _FORMS),
    _law(rf"self.matches(r'{_START}[^/:]{{1,253}}{_END}')", "write a host name of at most 253 characters"),
    _law(rf"!self.matches(r'{_START}[^/]*:{_NO_PORT}(/|$)')", "write a port from 1 to 65535"),
    _law(
        rf"!self.matches(r'(?i){_START}((0|127)(\.[0-9]+){{3}}|169\.254(\.[0-9]+){{2}}|([^/:]*\.)?localhost\.?){_END}')",
        f"found a loopback, link-local or unspecified host; {_PUBLIC}",
    ),
    _law(
        rf"!self.matches(r'{_START}\[') || (self.matches(r'(?i){_START}{_IPV6}')"
        rf" && !self.matches(r'(?i){_START}\[fd00:0?ec2:'))",
        f"found an IPv6 address that is no global or unique local one, or a cloud's metadata address; {_PUBLIC}",
    ),
    _law(
        rf"""(self.matches(r"{_START}[^/]+(/([A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{{2}})+)*/*$")"""
        r""" && !self.matches(r'(?i)/[.]{1,2}(/|$)|%(2e|2f|5c|00)'))""",
        "write the path without empty, '.' or '..' segments and without %2e, %2f, %5c or %00, as in /api/paas/v4",
    ),
)

HTTPS = Law(
    "self.allowInsecure || self.baseURL.startsWith('https:')",
    "found http; write https, or set allowInsecure: true if nobody can read this connection",
    field=".baseURL",
)

# As origin() of resource/base_url.py has them: a host in any case, with or without a final dot; a port without zeros
# before it, and none for the scheme's own.
_HOSTS = tuple(
    rf"self.{url}.lowerAscii().find(r'^https?://(\[[^\]]*\]|[^/:]*[^/:.])')" for url in ("baseURL", "messagesBaseURL")
)
_PORTS = tuple(
    rf"self.{url}.find(r'^https?://[^/]*').find(r':0*[1-9][0-9]*$').find(r'[1-9][0-9]*$')"
    for url in ("baseURL", "messagesBaseURL")
)

ONE_ORIGIN = Law(
    f"!has(self.messagesBaseURL) || ({' == '.join(_HOSTS)} && ({' == '.join(_PORTS)}"
    f" || [{', '.join(_PORTS)}].all(port, port in ['', self.baseURL.startsWith('https:') ? '443' : '80'])))",
    "found another scheme, host or port than baseURL has; a credential belongs to one host:"
    " write another provider for the other one",
    field=".messagesBaseURL",
)
