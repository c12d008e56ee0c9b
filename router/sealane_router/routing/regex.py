"""The regexes of rules: RE2, for whole names, without regard to case, bounded in memory."""

import re2

#: Bytes that one compiled expression may take; RE2 says "pattern too large" beyond it.
MAX_REGEX_MEMORY = 1024 * 1024


def check_regex(text: str) -> str | None:
    """Return RE2's complaint about an expression, or None when a rule may use it."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = MAX_REGEX_MEMORY
    try:
        re2.compile(text, options=options)
    except re2.error as error:
        reason = error.args[0]
        return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return None
