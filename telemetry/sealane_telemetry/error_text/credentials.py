"""Credentials: what class one is of, and where a text holds one."""

import re
from collections.abc import Callable

from sealane_telemetry.error_text.marks import MARK
from sealane_telemetry.error_text.vocabulary import is_word

#: What keys of one kind begin with, the longer before what it begins with.
PREFIXES = (
    "sk-or-", "sk-kimi-", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-ant-", "sk-lf-", "sk-cp-", "sk-",
    "sl-", "gsk_", "xai-", "hf_", "AIza", "AKIA", "ASIA", "ABSK", "csk-", "r8_", "pplx-", "nvapi-", "tgp_", "fw_",
    "github_pat_", "ghp_", "gho_", "ghu_", "ghs_", "ya29.", "glpat-", "xoxb-", "xoxp-", "xapp-", "pk-lf-", "tvly-",
    "jina_", "tp-", "ark-", "npm_", "SG.", "sk_live_", "rk_live_", "dop_v1_",
)  # fmt: skip

_PLACEHOLDER = re.compile(
    r"(?:sk-|Bearer )?(?:<.{0,80}>|\$\{?.{1,80}\}?|\{\{.{0,80}\}\}|%.{1,80}%|[xX*•.…_-]+|"
    r".{0,40}(?<![A-Za-z])(?:your|my|insert|replace|change|enter|example|placeholder|dummy|fake|sample|here|test)"
    r"(?![A-Za-z]).{0,60}|"
    r"null|none|undefined|nil|false|true|empty|string|changeme|redacted|api[_-]?key|key|token|secret)",
    re.IGNORECASE | re.DOTALL,
)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,15}://|www\.|(?:[a-z0-9-]+\.)+(?:com|cn|ai|io|net|org)(?:/|$)")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_.-]+")
_ID_SECRET = re.compile(r"[0-9a-fA-F]{32}\.[A-Za-z0-9_-]+")
_MASKED = re.compile(r".{0,20}(?:\*{2,}|•{2,}|…|\.{3}|x{4,}|X{4,}).{0,20}", re.DOTALL)
_SCHEME = re.compile(r"(?:(?:bearer|basic)(?:\s+|$)|token\s+)", re.IGNORECASE)


def credential_class(key: str) -> str:
    """Return the class of what stands where a key belongs.

    A listed prefix (``sk-proj-``), ``id.secret`` (Z.ai), ``jwt``, ``url``, ``placeholder`` (``YOUR_API_KEY``),
    ``masked`` (``sk-…abcd`` of an unlisted prefix), ``words``, ``empty`` or ``opaque``. The class is for diagnosis
    and tells nothing of the secret.
    """
    bare = _SCHEME.sub("", key.strip(), count=1).strip()
    if not bare:
        return "empty"
    if _PLACEHOLDER.fullmatch(bare):
        return "placeholder"
    for prefix in PREFIXES:
        if bare.startswith(prefix):
            return prefix
    for name, pattern in (("jwt", _JWT), ("id.secret", _ID_SECRET)):
        if pattern.match(bare):
            return name
    if _URL.match(bare):
        return "url"
    if _MASKED.fullmatch(bare):
        return "masked"
    return "words" if _is_words(bare) else "opaque"


def _is_words(text: str) -> bool:
    parts = re.split(r"[\s_-]+", text)
    return (len(parts) > 1 and (" " in text or all(part.isalpha() for part in parts))) or is_word(text.lower())


_BODY = r"[A-Za-z0-9_*•…\-]"
_SHAPED = re.compile(
    rf"({MARK})"
    rf"|(?<![A-Za-z0-9_])(?:(?:sk|sl|csk|pk|tvly|glpat|xox[abceoprs]|nvapi|pplx|xai|xapp)-|[sr]k_)(?:{_BODY}|\.(?=\.|{_BODY})){{4,4096}}"
    rf"|(?<![A-Za-z0-9_])(?:gsk|hf|r8|tgp|fw|jina|npm|dop_v1|github_pat|gh[pousr])_{_BODY}{{12,4096}}"
    r"|(?<![A-Za-z0-9])AIza[A-Za-z0-9_\-*]{10,200}"
    # So long and so formed, these are known wherever they stand, glued to what is before them.
    r"|AIza[A-Za-z0-9_-]{30,200}|AKIA[A-Z2-7]{16}|eyJ[A-Za-z0-9_-]{10,8192}\.eyJ[A-Za-z0-9_.-]{4,8192}"
    r"|(?:gh[pousr]_|hf_|gsk_|npm_|sk-(?:proj|kimi|svcacct|admin|or-v1|ant-[a-z]{2,8}\d\d)-)[A-Za-z0-9_-]{30,4096}"
    r"|[0-9a-f]{32}\.(?=[A-Za-z0-9]{0,15}\d)[A-Za-z0-9]{16}"
    r"|(?<![A-Za-z0-9])(?:AKIA|ASIA|ABSK)[A-Z0-9a-z+/=*]{8,2048}"
    r"|(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_.-]{8,4096}"
    r"|(?<![A-Za-z0-9])[0-9a-fA-F]{32}\.[A-Za-z0-9_*-]{4,512}"
    r"|(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{4,8192}(?:\.[A-Za-z0-9_-]{0,8192}){1,3}"
    r"|(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{8,64}\.[A-Za-z0-9_-]{8,128}"
    r"|(?<![A-Za-z0-9])ark-[0-9a-f]{8}-[0-9a-f-]{8,64}"
    r"|-----BEGIN(?:[^\"']{0,16384}?-----END[^-\"']{1,40}-----|[^\"']{0,16384})"
    r"|(?<=://)[^\s:/@\"'<>]{0,64}:(?!\d{1,5}(?:[/\s?#]|$))[^\s\"'<>]{1,256}(?=@)"
    r"|(?i:data:)[a-z0-9.+/-]{0,80}+(?:;[a-z0-9=._-]{1,80}+){0,4}+,[^\s\"'\\]{8,}"
)
_STARRED = re.compile(
    rf"({MARK})|(?<![A-Za-z0-9])[A-Za-z0-9]{{0,12}}(?:\*{{3,200}}|•{{3,200}})"
    r"(?:[A-Za-z0-9_/+=.*•-]{0,200}[A-Za-z0-9])?"
)
_NAMES = (
    r"(?:proxy-)?authorization|x-api-key|api[-_ ]?keys?|apikey|access[-_ ]?(?:key|token)(?:[-_ ]?id)?|auth[-_ ]?token|"
    r"secret(?:[-_ ]?(?:access)?[-_ ]?key)?|client[-_ ]?secret|password|passwd|pwd|private[-_ ]?key|"
    r"x-goog-api-key|x-amz-security-token|session[-_ ]?token|refresh[-_ ]?token|id[-_ ]?token|"
    r"token|secret|passphrase|x-api|account[-_]?key|"
    r"(?:ocp-apim-)?subscription[-_ ]?key|(?:set-)?cookie|credentials?|sec-websocket-protocol"
)
_LABELLED = re.compile(
    rf"(?=[a-zA-Z])(?i:(?<![A-Za-z])(?<!<key:id\.)(?:{_NAMES})(?: provided| is| was| =)?"
    rf"\\{{0,8}}[\"'`]?\s{{0,4}}[:=]\s{{0,4}}"
    rf"\\{{0,8}}[\"'`]?(?:(?:bearer|basic|token)\s{{1,4}})?|\b(?:bearer|basic)\s{{1,4}}|"
    rf"(?<![a-z])(?:key|sig|signature)=)(?!\s)((?:{MARK})|(?<=[\"'`])[^\"'`\n\\<>]{{1,8192}}|[^\s\"'`<>&,;)}}\]\\]{{1,8192}})"
)
#: Digits of a number of tokens.
_COUNT = 7


def mask_credentials(text: str, mark: Callable[[str, str], str]) -> str:
    """Return ``text`` with every credential replaced by ``mark(credential, class)``.

    Credentials are known by their shape, and by the label before them; what is masked already stays.
    """
    masked = _SHAPED.sub(lambda found: _shaped(found, mark), text)
    if "***" in masked or "•••" in masked:
        masked = _STARRED.sub(lambda found: _shaped(found, mark), masked)
    return _LABELLED.sub(lambda found: _labelled(found, mark), masked)


def _shaped(match: re.Match[str], mark: Callable[[str, str], str]) -> str:
    return match[0] if match[1] else mark(match[0], credential_class(match[0]))


def _labelled(match: re.Match[str], mark: Callable[[str, str], str]) -> str:
    value = match[1]
    label = match[0][: match.start(1) - match.start()]
    bare = value.rstrip(".:!? ")
    if re.fullmatch(MARK, bare) or (is_word(bare.lower()) and not label.endswith("=")) or not bare:
        return match[0]
    if bare.isdigit() and len(bare) <= _COUNT and "token" in label.lower():
        return match[0]
    return label + mark(bare, credential_class(bare)) + value[len(bare) :]
