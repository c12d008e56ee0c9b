"""Names of exception classes, the last cause of a traceback, and what a cause in brackets says."""

import re

_NAME = re.compile(
    r"(?<![\w.$])((?:[A-Za-z_$][\w$]{0,60}\.){0,8}[A-Z][A-Za-z0-9_]{1,80}"
    r"(?:Error|Exception|Timeout|Fault|Refused|Closed|Disconnected|ClosedError|IncompleteRead|gaierror))(?!\w)"
    r"|(?<![\w.$])((?:[a-z_][\w]{0,60}\.){1,8}(?:gaierror|timeout|herror|error))(?=\s?[:(])"
)
#: Names that are enough to know who was called with what.
MAX_NAMES = 16

_TRACEBACK = re.compile(r"Traceback \(most recent call last\)|^\s{1,12}at [^\n(]{1,200}\(|^Caused by: ", re.MULTILINE)
_STACK_LINE = re.compile(
    r"^(?:\s{0,12}File \"[^\"\n]{1,300}\", line \d+.*|\s{1,12}at .{1,300}|\s{1,12}\^+.*|\s{1,12}\.\.\. \d+ more|"
    r"Traceback \(most recent call last\).*|\s{4,12}\S.*|During handling of the above.*|"
    r"The above exception was the direct cause.*|goroutine \d+ .*)$"
)
_RAISED = re.compile(r"^(?:Caused by: |[\w-]{1,40}: )?((?:[A-Za-z_$][\w$]{0,60}\.){0,8}[A-Za-z_]\w{1,80})(?::\s|\(|$)")
_CAUSED = re.compile(r"\(Caused by \w{1,60}\(")
_CAUSE = re.compile(
    r"(?:Failed to (?:establish a new connection|resolve '[^']{1,200}')[:\s(]{1,4})?"
    r"(\[SSL(?:: \w+)?\] [^\n]{1,400}?(?= ?\(_ssl\.c| ?\(?\[SSL|[\"']\)|[\"']?$)|"
    r"\[(?:Errno -?\d+|WinError \d+)\] [^\"'()\\\n,]{1,160}|Read timed out\.|[^\"'<>()]{1,80} timed out[^\"'\n]{0,60})"
)
_OF_CONNECTOR = re.compile(
    r"Cannot connect to host \S{1,300} ssl:(?:<[^>]{1,200}>|\S{1,60}) \[(?:\w{1,60}: ?\(?)?(?:\d{1,4}, ?)?[\"']?"
)


def exception_names(text: str) -> tuple[str, ...]:
    """Return the distinct names of exception classes in the order in which the text has them."""
    names: list[str] = []
    for match in _NAME.finditer(text):
        name = match[1] or match[2]
        if name not in names:
            names.append(name)
            if len(names) == MAX_NAMES:
                break
    return tuple(names)


def last_raised(text: str) -> str | None:
    """Return what the last exception of a traceback says, with its name; None when there is no traceback.

    Python prints a cause before what it caused, so the last one is the outermost; its message names the cause as a
    rule. Java prints ``Caused by:`` last, and there the last is the innermost.
    """
    if not _TRACEBACK.search(text):
        return None
    lines = [line for line in text.split("\n") if line.strip() and not _STACK_LINE.match(line)]
    raised = [number for number, line in enumerate(lines) if _RAISED.match(line) and exception_names(line[:300])]
    if not raised:
        return "\n".join(lines) or None
    return "\n".join(lines[raised[-1] :]).removeprefix("Caused by: ")


def cause(text: str) -> str | None:
    """Return what urllib3's ``(Caused by …)`` or aiohttp's ``[…]`` behind a host says, without the exception's name."""
    if match := _OF_CONNECTOR.search(text):
        inner = _CAUSE.match(text, match.end())
        words = inner[1] if inner else text[match.end() : match.end() + 600].partition("]")[0]
        return words.strip(" \"'()") or None
    caused = _CAUSED.search(text)
    if caused and (match := _CAUSE.search(text, caused.end(), caused.end() + 2000)):
        return match[1].strip()
    return None
