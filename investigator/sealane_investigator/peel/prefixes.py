"""What stands before an error's own words: one pattern for each kind of wrapper, matched at the beginning of the text.

Every repetition is bounded, so one try costs the same whatever the text's length.
"""

import re

_EXCEPTION = (
    r"(?:[A-Za-z_$][\w$]{0,60}\.){0,8}[A-Z][A-Za-z0-9_]{0,80}"
    r"(?:Error|Exception|Timeout|Fault|Refused|Closed|Disconnected|Incomplete|Reset|Interrupt)"
)
_STATUS = r"[1-5]\d\d(?!\d|\.\d)"
_PHRASE = (
    r"(?:\(?(?:Too Many Requests|Bad Request|Unauthorized|Forbidden|Not Found|Payment Required|Bad Gateway|"
    r"Internal Server Error|Service Unavailable|Gateway Time-?out|Request Entity Too Large|Payload Too Large|"
    r"Content Too Large|Unprocessable Entity|Unprocessable Content|Conflict|Method Not Allowed|Request Timeout|"
    r"UNAVAILABLE|RESOURCE_EXHAUSTED|INVALID_ARGUMENT|PERMISSION_DENIED|UNAUTHENTICATED|NOT_FOUND|INTERNAL|"
    r"DEADLINE_EXCEEDED|FAILED_PRECONDITION)\)?)"
)
_BEHIND_PHRASE = r"(?:[\s:.,;·|-]{1,4}|$)"
_SAYS = (
    r"(?:[Ee]rror|ERROR|[Ff]ailed(?! to)|FAILED|[Ff]ailure|[Rr]aised exception|[Cc]aught exception|exception|[Rr]eason|"
    r"[Rr]esponse|[Bb]ody|[Ww]arning|[Dd]etails|[Mm]essage|aborting request|request failed|报错|错误|失败)"
)
_KUBELET = (
    r"(?:Warning|Normal)\s{1,12}[A-Z]\w{2,40}\s{1,12}(?:\d[\w.]{0,12}|<\w{1,12}>)\s{1,8}"
    r"(?:\(x\d{1,9} over [\w.]{1,12}\)\s{1,8})?[a-z][\w./-]{1,60}\s{1,12}"
)
_ERROR_WITH_STATUS = (
    rf"(?:\w{{2,20}} )?(?:API |HTTP |http )?(?:[Ee]rror|ERROR|failed)\s?:?\s?"
    rf"\(?(?:(?:HTTP|http|[Ss]tatus(?: [Cc]ode)?|[Cc]ode)[ :=]{{1,3}})?{_STATUS}\)?\s?{_PHRASE}?[\s:·|–-]{{0,4}}"
)
_HTTP_WITH_STATUS = (
    rf"(?:HTTP(?:/\d\.\d)?|http|(?:[Hh]ttp )?[Ss]tatus(?: [Cc]ode)?|[Ii]nvalid status code|[Cc]ode|HTTP error)"
    rf"\s?[:=]?\s?{_STATUS}\s?{_PHRASE}?(?:[;.,]? ?[Bb]ody:|\s?\(no body\))?(?:[\s:,;·|-]{{1,4}}|$)"
)
_NAMED_EXCEPTION = (
    rf"(?:Uncaught |Unhandled |thread '[\w-]{{1,40}}' |Exception in thread \"[\w-]{{1,40}}\" )?{_EXCEPTION}"
    r"(?:\s?\[[A-Za-z_]{2,40}\])?\s?:\s{0,3}"
)
_SAID_BY_SOMEBODY = (
    rf"(?:[A-Z][\w./ -]{{0,60}}?|[\w./-]{{1,30}}(?: [\w./'-]{{1,30}}){{0,6}}? )?{_SAYS}(?: \w{{1,20}}){{0,4}}?"
    r"(?:\s?\([^()]{1,60}\)){0,3}\s?:\s{0,4}(?=[^\s/\d])"
)

#: Name of the wrapper and the patterns it is known by; the order matters only where one begins another.
_PATTERNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("quote", (r"[\"'`“]+(?=\S)",)),
    ("mark", (r"(?:[\s✗✘❌⚠️🚨⎿●•■◆*⏺·#►▸│]{1,8}|-{1,3}\s|>{1,3}\s)",)),
    (
        "timestamp",
        (
            r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|\s?[+-]\d\d:?\d\d)?\]?[\s:,|-]{0,5}",
            r"\[?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?[\s:,|-]{0,5}",
        ),
    ),
    ("klog", (r"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9}\s{1,8}\d{1,9} [\w./-]{1,60}:\d{1,6}\]\s{0,3}",)),
    (
        "level",
        (
            r"[\[<]?(?:ERROR|ERR|WARN|WARNING|INFO|DEBUG|TRACE|CRITICAL|FATAL|SEVERE)[\]>]?(?:[\s:|/-]{1,5}|$)",
            r"level=\w{1,10}\s{1,3}(?:msg=\"?)?",
        ),
    ),
    (
        "kubelet",
        (_KUBELET,),
    ),
    ("compose", (r"[\w.-]{1,40}\s{1,12}\|\s{1,3}(?=\S)",)),
    ("sse", (r"(?:event:\s?\w{1,30}\s{1,3})?data:\s{0,3}",)),
    ("sdk", (rf"[Ee]rror [Cc]ode\s?:\s?{_STATUS}(?:, with error text|, message:| -|:|,)?\s{{0,3}}",)),
    (
        "status",
        (
            _ERROR_WITH_STATUS,
            _HTTP_WITH_STATUS,
            rf"[\[(]{_STATUS}[\])]\s{{0,2}}{_PHRASE}?[\s:·-]{{0,4}}",
            rf"{_STATUS}\s{_PHRASE}{_BEHIND_PHRASE}(?=\S)",
            rf"{_STATUS}(?:\s?[:·|-]\s?|\s{{1,3}})(?=[\"'{{\[(A-Za-z\u4e00-\u9fff])(?!status code)",
            r"\((?:HTTP )?(?:status|code|[Ss]tatus [Cc]ode)[ :=]{1,3}\w{1,60}\)[\s:,·-]{0,4}",
        ),
    ),
    (
        "tag",
        (r"\[(?:[a-z][\w.-]{1,40}|[A-Z]{2,20}|[A-Z]\w{1,30}|\^?-{1,3}<?\w{1,40}>?\s?\w{0,40})\](?:[\s:·-]{1,4}|$)",),
    ),
    (
        "litellm",
        (r"litellm\.(?:[a-z_]{1,40}\.){0,4}\w{3,60}\s?:\s?", r"[A-Z][A-Za-z_]{1,30}(?:Exception|Error) - "),
    ),
    (
        "retry",
        (
            r"Failed after \d{1,3} attempts?\. Last error:\s{0,3}(?=\S)",
            r"Reconnecting\.{3} \d{1,3}/\d{1,3} \([^()]{1,40}\)\s{1,8}└?\s{0,2}",
            (
                r"(?:stream error: )?[Ss]tream disconnected before completion: "
                r"(?=Rate limit|You|Your|The |Our |Too |Request |Selected |Exceeded|Incorrect|This |\{)"
            ),
        ),
    ),
    (
        "form",
        (
            (
                r"(?:\*{0,2}Error Details\*{0,2}\s{1,4})?Model:\s[^\n]{1,80}?\sProvider:\s[\w() -]{1,60}?\s"
                r"Status Code:\s[\w/]{1,12}\s{1,4}\*{0,2}Error Output\*{0,2}\s{1,4}"
            ),
        ),
    ),
    (
        "dify",
        (
            (
                r"(?:\[models\] )?(?:Bad Request|Rate Limit|Server Unavailable|Authorization|Connection|Invoke)"
                r" Error, "
            ),
        ),
    ),
    ("langchain", (r"Retrying \S{1,160} in [\d.]{1,8} seconds as it raised ",)),
    (
        "exception",
        (
            r"<class '[\w.]{1,160}'>\s?:?\s?",
            _NAMED_EXCEPTION,
            rf"{_EXCEPTION}\(\s?(?:\d{{1,4}},\s?)?[bu]?[\"']",
            r"(?:[a-z_]\w{0,60}\.){1,6}(?:gaierror|herror|timeout|error):\s{0,3}",
        ),
    ),
    (
        "botocore",
        (r"An error occurred \(\w{1,60}\) when calling the \w{1,60} operation(?: \([^)]{1,60}\))?:\s{0,3}",),
    ),
    (
        "gateway",
        (
            r"Upstream provider \w{1,40} returned HTTP \d{3}\.\s",
            r"Error from provider\s?(?:\([\w -]{1,40}\))?\s?:\s{0,3}",
        ),
    ),
    (
        "agent",
        (
            r"API Error: Request rejected \(\d{3}\)[\s·:-]{1,4}",
            _SAID_BY_SOMEBODY,
            r"(?:[\w.-]{1,30} ){0,3}(?:failed|error) with (?:the )?error:? ",
            rf"error, status code: {_STATUS},(?: status: [^,:]{{0,60}},)? message:\s{{0,3}}",
            rf"(?:[\w'-]{{1,30}} ){{1,16}}status(?: code)?:? {_STATUS}:\s{{1,3}}(?=\S)",
            r"(?:Upstream error|Server|Reason|Caused by|Detail|原因|报错信息|错误信息):\s{0,4}",
        ),
    ),
)

PREFIXES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern)) for name, patterns in _PATTERNS for pattern in patterns
)
