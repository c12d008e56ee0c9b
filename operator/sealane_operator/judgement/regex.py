"""Regexes of rules, judged as routers judge them: RE2, without regard to case, bounded in memory.

The API server's CEL refuses most bad expressions already; an operator that is newer or older than the CRD, or an
expression that is valid but too large for a router, is found here.
"""

import re2

#: Bytes that one compiled expression may take; what a router admits.
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
